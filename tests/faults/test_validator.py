"""The validator can fail: each of its checks finds the violation that is planted for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import pytest

from tests.faults.eventlog import EventLog, read
from tests.faults.validator import validate

TARGET = "configmaps/s"
Said = tuple[str, int, str, str]


class Story:
    """A log, told step by step. Without a fault in it, it is the log of a good run."""

    def __init__(self, rate: float = 1.0) -> None:
        self.entries: list[dict[str, Any]] = [
            {
                "t": 0.0,
                "what": "run",
                "wall_ms": 0,
                "rate": rate,
                "spaces": ["s"],
                "targets": [TARGET],
            }
        ]
        self.t = 0.0
        self._number = 0
        self._held: dict[str, Said] = {}
        self.itself: dict[str, Any] = {"state": "syncing", "trouble": "", "epoch": 0, "version": ""}

    def say(self, what: str, **fields: Any) -> Self:
        self.t = round(self.t + 0.01, 3)
        self.entries.append({"t": self.t, "what": what, **fields})
        return self

    # --- the cluster

    def write(self, name: str, uid: str, version: int, stamp: str = "1") -> Self:
        place = {"kind": "configmaps", "namespace": "s", "name": name, "after": version - 1}
        return self.say("write", op="change", uid=uid, version=str(version), stamp=stamp, **place)

    def delete(self, name: str, after: int) -> Self:
        return self.say(
            "write", op="delete", kind="configmaps", namespace="s", name=name, after=after
        )

    # --- the proxy

    def request(self, verb: str, version: int = 0, *, who: str = "portal") -> Self:
        self._number += 1
        return self.say(
            "request",
            id=self._number,
            verb=verb,
            kind="configmaps",
            namespace="s",
            version=str(version or ""),
            is_listing=verb == "list",
            is_continued=False,
            path="",
            who=who,
        )

    def answer(self, status: int = 200) -> Self:
        return self.say("answer", id=self._number, status=status)

    def whole(self) -> Self:
        return self.say("whole", id=self._number, how="whole")

    def frame(self, version: int, how: str = "whole") -> Self:
        return self.say("frame", id=self._number, type="MODIFIED", version=str(version), how=how)

    def end(self, how: str = "eof") -> Self:
        return self.say("end", id=self._number, how=how)

    # --- the subject

    def becomes(self, **itself: Any) -> Self:
        self.itself |= itself
        return self.say("state", target=TARGET, count=0, **self._now())

    def changes(self, *changes: tuple[str, Said | None, Said | None], **itself: Any) -> Self:
        """Tell of changes; each is a name, what was and what is."""
        self.itself |= itself
        said = []
        for name, old, new in changes:
            said.append(
                {
                    "namespace": "s",
                    "name": name,
                    "old": _said(old),
                    "new": _said(new),
                    "unseen": False,
                }
            )
            if new is None:
                self._held.pop(name, None)
            else:
                self._held[name] = new
        return self.say("deltas", target=TARGET, changes=said, **self._now())

    def sample(self, **held: Said) -> Self:
        """Tell of everything that is held: what was told, unless said otherwise."""
        rows = [["s", name, *(_said(row) or ())] for name, row in (held or self._held).items()]
        return self.say("sample", target=TARGET, rows=rows, **self._now())

    def ends(self, wanted: int, **true: Said) -> Self:
        self.say("healed", versions={TARGET: wanted})
        self.sample()
        rows = [["s", name, *(_said(row) or ())] for name, row in (true or self._held).items()]
        return self.say("truth", target=TARGET, version=str(wanted), rows=rows)

    def broken(self) -> set[str]:
        return {violation.invariant for violation in validate(self.entries)}

    def _now(self) -> dict[str, Any]:
        ms = int((self.t + 0.01) * 1000)
        return {
            "observed_ms": min(ms, self.itself.get("observed_ms", ms)),
            "wall_ms": ms,
        } | self.itself


def _said(row: Said | None) -> list[str] | None:
    return None if row is None else [row[0], str(row[1]), row[2], row[3]]


A10: Said = ("ua", 10, "1", "[1]")
A12: Said = ("ua", 12, "2", "[2]")
B11: Said = ("ub", 11, "1", "[1]")


def listed(rate: float = 1.0) -> Story:
    """Return a story in which a and b were written, listed, and a watch is open."""
    story = Story(rate).write("a", "ua", 10).write("b", "ub", 11)
    story.request("list").answer().whole()
    story.changes(("a", None, A10), ("b", None, B11), version="11", epoch=1, state="live")
    return story.request("watch", 11).answer()


def test_good_run_is_good() -> None:
    story = listed().write("a", "ua", 12, "2").frame(12).changes(("a", A10, A12), version="12")
    story.delete("b", 12).write("c", "uc", 15)
    story.frame(14).changes(("b", B11, None), version="14")
    story.frame(15).changes(("c", None, ("uc", 15, "1", "[1]")), version="15")

    assert story.sample().ends(15).broken() == set()


def test_between_two_versions_a_deletion_may_have_come_or_not() -> None:
    story = listed().delete("b", 11).write("c", "uc", 15)

    assert story.becomes(version="13").sample().broken() == set()


def test_deletion_that_writes_first_is_one_deletion() -> None:
    """A pod is marked for its end, with a version of its own, before it goes."""
    story = listed().delete("b", 11).write("c", "uc", 15).frame(12)

    assert story.changes(("b", B11, ("ub", 12, "1", "[9]")), version="12").broken() == set()


@pytest.mark.parametrize("late", ["state", "version", "content"])
def test_not_converged(late: str) -> None:
    story = listed()
    if late == "state":
        story.becomes(state="stale")
    wanted = 12 if late == "version" else 11
    content = "[other]" if late == "content" else "[1]"

    assert story.ends(wanted, a=("ua", 10, "1", content), b=B11).broken() == {"C1"}


def test_one_version_with_two_contents() -> None:
    story = listed().changes(("a", A10, ("ua", 10, "1", "[other]")))

    assert story.broken() == {"C1"}


def test_object_that_is_back_after_its_deletion() -> None:
    story = listed().delete("b", 11).write("c", "uc", 13)
    c13: Said = ("uc", 13, "1", "[1]")
    story.frame(12).frame(13).changes(("b", B11, None), ("c", None, c13), version="13")

    assert story.changes(("b", None, B11)).broken() == {"C2"}


def test_deletion_that_was_missed() -> None:
    story = listed().delete("b", 11).write("c", "uc", 13)

    assert story.frame(13).changes(("c", None, ("uc", 13, "1", "")), version="13").broken() == {
        "C3"
    }


def test_object_that_goes_without_a_word() -> None:
    assert listed().sample(a=A10).broken() == {"C3", "C7"}


def test_object_that_goes_back() -> None:
    story = listed().write("a", "ua", 12, "2").frame(12).changes(("a", A10, A12), version="12")

    assert "C4" in story.changes(("a", A12, A10)).broken()


def test_version_that_goes_back_within_an_epoch() -> None:
    assert "C5" in listed().becomes(version="9").broken()


def test_epoch_without_a_listing() -> None:
    assert listed().becomes(epoch=2).broken() == {"C5"}


def test_watch_that_goes_back() -> None:
    story = listed().frame(11).end()

    assert story.request("watch", 10).broken() == {"C5"}


def test_namesake_that_is_taken_for_the_same_object() -> None:
    story = listed().delete("a", 11).write("a", "uz", 14)
    entry: Said = ("uz", 14, "1", "[1]")

    found = story.frame(14).changes(("a", A10, entry), version="14").broken()

    assert found == {"C6"}


def test_change_that_was_passed_over() -> None:
    story = listed().write("a", "ua", 12, "2").write("b", "ub", 13, "2").frame(13)

    assert story.changes(("b", B11, ("ub", 13, "2", "[2]")), version="13").broken() == {"C7"}


def test_watch_that_passes_a_frame_nobody_could_read() -> None:
    story = listed().write("a", "ua", 12, "2").frame(12, "corrupt").end("client")

    assert story.request("watch", 12).broken() == {"C7"}


def test_second_failure_at_one_version_without_a_listing() -> None:
    story = listed().frame(12, "corrupt").end("client")
    story.request("watch", 11).answer().frame(12, "corrupt").end("client")

    assert story.request("watch", 11).broken() == {"C7"}


def test_stream_that_is_used_on_after_a_frame_nobody_could_read() -> None:
    story = listed().frame(12, "corrupt")
    story.t += 1.5

    assert "C7" in story.frame(13).broken()


def test_watch_from_a_version_that_never_came() -> None:
    assert listed().frame(12).end().request("watch", 14).broken() == {"C7"}


def test_row_that_is_newer_than_its_collection() -> None:
    story = listed().write("a", "ua", 12, "2").write("c", "uc", 13)

    assert story.frame(12).changes(("a", A10, A12), version="11").broken() == {"C9"}


def test_live_after_bad_news() -> None:
    story = listed().end("reset")
    story.t += 2.5

    assert story.becomes(state="live", observed_ms=50).broken() == {"C10"}


def test_bad_news_that_could_not_be_heard_yet() -> None:
    """While the process stands still, nobody in it is late."""
    story = listed().end("reset")
    story.t += 2.5
    story.say("stall", for_s=2.4)

    assert story.becomes(state="live", observed_ms=50).broken() == set()


def test_age_that_is_younger_than_the_last_word() -> None:
    story = listed().frame(11)
    story.t += 2.0

    assert story.becomes().broken() == {"C10"}


def test_age_in_the_future() -> None:
    assert "C10" in listed().becomes(observed_ms=10_000).broken()


def test_rows_that_are_shown_after_a_refusal() -> None:
    story = listed(rate=20.0).end().request("list").answer(403)
    story.t += 2.0

    assert story.becomes(state="stale", observed_ms=50).broken() == {"C10"}


def test_rows_that_are_shown_while_denied() -> None:
    assert listed().becomes(state="denied").sample().broken() == {"C10"}


def test_state_that_calls_withdrawn_rows_whole() -> None:
    story = listed().end().request("list").answer(403)
    story.changes(("a", A10, None), ("b", B11, None), version="", state="stale", observed_ms=50)
    story.becomes(state="denied")

    assert story.becomes(state="resyncing").broken() == {"C10"}


def test_rows_that_are_withdrawn_while_a_version_is_claimed() -> None:
    story = listed().end().request("list").answer(403)
    story.changes(("a", A10, None), ("b", B11, None), observed_ms=50)

    assert story.becomes(state="denied", version="").broken() == {"C9"}


def test_row_that_nobody_was_told_of() -> None:
    story = listed().write("a", "ua", 12, "2").frame(12)
    story.itself["version"] = "12"

    assert story.sample(a=A12, b=B11).broken() == {"C11"}


def test_change_of_something_that_was_not_held() -> None:
    other: Said = ("ux", 9, "1", "[1]")

    assert listed().changes(("a", other, A10)).broken() == {"C11"}


def test_two_watches_at_once() -> None:
    story = listed().request("watch", 11).answer()
    story.t += 1.5

    assert story.frame(11).broken() == {"C13"}


def test_listing_again_and_again() -> None:
    story = listed().end()
    for _ in range(15):
        story.request("list").answer(500)

    assert story.broken() == {"C13"}


@pytest.mark.parametrize("who", ["", "other"])
def test_request_as_somebody_else(who: str) -> None:
    assert listed().end().request("watch", 11, who=who).broken() == {"C15"}


def test_restored_cluster_is_another_past() -> None:
    """Versions return with other content; what the informer holds counts by the past it lives in."""
    story = listed().say("saved").write("a", "ua", 12, "2").frame(12)
    story.changes(("a", A10, A12), version="12").say("restored").write("b", "ub", 12, "3")
    b12: Said = ("ub", 12, "3", "[3]")
    story.sample().end().request("list").answer().whole()
    story.changes(("a", A12, A10), ("b", B11, b12), version="12", epoch=2)

    assert story.ends(12).broken() == set()


@pytest.mark.parametrize("is_stale", [True, False])
def test_listing_goes_back_where_a_server_that_lags_gave_it(is_stale: bool) -> None:
    story = listed().write("a", "ua", 12, "2").frame(12).changes(("a", A10, A12), version="12")
    story.end().request("list")
    if is_stale:
        story.say("stale", id=story._number)
    story.answer().whole().changes(("a", A12, A10), version="11", epoch=2)
    story.request("watch", 11).answer().frame(12).changes(("a", A10, A12), version="12")

    assert story.ends(12).broken() == (set() if is_stale else {"C4"})


def test_log_is_read_as_it_was_written(tmp_path: Any) -> None:
    log = EventLog(seed=1, rate=1.0, spaces=[], targets=[])
    log.add("note", text="línea")
    log.write(tmp_path / "deep" / "log.jsonl")

    assert read(tmp_path / "deep" / "log.jsonl") == log.entries
    assert _validated(log.entries) == []


def _validated(entries: Sequence[Any]) -> list[str]:
    return [str(violation) for violation in validate(entries)]
