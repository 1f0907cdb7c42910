"""A view that cannot be shown hears of it by its own name; none stays on screen unsaid."""

import json
from typing import Any

import pytest

from dashboard.access import question as access
from dashboard.api.credential import Credential, OwnCredential
from dashboard.live.consumers import SUBSCRIPTIONS_LIMIT, TableConsumer

VIEW = {"cluster": "nowhere", "kind": "pods.v1"}


class Heard(TableConsumer):
    """A consumer whose frames stay here."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[Any] = []
        self.error: Exception | None = None
        self.scope = {"credential": None, "recheck": self.recheck}

    async def send(
        self,
        text_data: str | None = None,
        bytes_data: bytes | None = None,
        close: bool = False,
    ) -> None:
        if self.error is not None:
            raise self.error
        self.frames.append(json.loads(text_data or ""))

    async def recheck(self) -> Credential:
        return OwnCredential()

    async def hears(self, **frame: object) -> None:
        await self.receive(json.dumps({"type": "subscribe", "view": VIEW} | frame))


async def test_a_refused_frame_is_answered_under_the_name_of_its_view() -> None:
    consumer = Heard()

    await consumer.hears(id="table", view=VIEW | {"ns": "n," * 2000})
    await consumer.receive('{"id": [], "type": "subscribe"}')

    assert [frame["id"] for frame in consumer.frames] == ["table", None]
    assert {frame["code"] for frame in consumer.frames} == {"invalid_frame"}


async def test_one_view_too_many_is_told_so() -> None:
    consumer = Heard()
    for number in range(SUBSCRIPTIONS_LIMIT + 1):
        await consumer.hears(id=number)

    assert [frame["id"] for frame in consumer.frames] == [SUBSCRIPTIONS_LIMIT]
    await consumer.disconnect(1000)


async def test_a_mistake_of_ours_takes_the_rows_off_the_screen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(access, "on_doubt", broken)
    consumer = Heard()
    await consumer.hears(id="table")
    task = consumer._views["table"].task
    with pytest.raises(ZeroDivisionError):
        await task

    assert [(frame["type"], frame["id"]) for frame in consumer.frames] == [("error", "table")]


async def test_a_client_that_leaves_in_the_middle_of_a_frame_is_no_mistake() -> None:
    consumer = Heard()
    consumer.error = OSError("gone")
    await consumer.hears(id="table")

    task = consumer._views["table"].task
    await task

    assert task.exception() is None
