"""Headers that every answer carries, whatever it is an answer to."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponseBase

from portal.accounts import door
from tests.support.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)  # sessions are written by another thread

ANSWERS = {
    "/learn/": 200,
    "/zh-hans/": 200,
    "/no/such/page": 404,
    "/livez": 200,
    "/metrics": 200,
    "/?key=": 200,
    "/static/img/rose.svg": 200,
}


@pytest.fixture
async def visitor() -> Caller:
    """Somebody who was let in."""
    caller = Caller()
    await caller.get("/", {door.PARAMETER: door.secret()})
    return caller


def assert_guarded(answer: HttpResponseBase) -> None:
    """Hold what browsers are told against what they should be."""
    directives = {
        name: sources.split()
        for name, _, sources in (
            part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")
        )
    }
    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == directives["base-uri"] == ["'none'"]
    for name, sources in directives.items():
        for source in sources:
            assert re.fullmatch(r"'self'|'none'|'nonce-[\w/+=-]+'", source), f"{name} {source}"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer
    assert "Server" not in answer


@pytest.mark.parametrize(("path", "status"), ANSWERS.items())
async def test_every_answer_is_guarded(visitor: Caller, path: str, status: int) -> None:
    answer = await visitor.get(path)

    assert answer.status_code == status
    assert_guarded(answer)


async def test_refusals_and_redirects_are_guarded() -> None:
    for caller, path, status in (
        (Caller(), "/", 401),
        (Caller(host="evil.example"), "/", 400),
        (Caller(), f"/?{door.PARAMETER}={door.secret()}", 302),
    ):
        answer = await caller.get(path)

        assert answer.status_code == status
        assert_guarded(answer)
        assert "no-store" in answer["Cache-Control"]


async def test_a_form_from_another_site_is_refused_and_guarded() -> None:
    caller = Caller()
    caller.handler.enforce_csrf_checks = True
    await caller.get("/", {door.PARAMETER: door.secret()})

    answer = await caller.post("/-/theme", {"theme": "ink"})

    assert answer.status_code == 403
    assert_guarded(answer)


async def test_no_page_is_kept_by_a_cache(visitor: Caller) -> None:
    for path in ("/learn/", "/no/such/page", "/livez", "/metrics"):
        answer = await visitor.get(path)

        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", ")), path


async def test_a_mistake_of_ours_says_so_and_is_guarded(
    visitor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("dashboard.access.directory.found", broken)
    visitor.raise_request_exception = False

    answer = await visitor.get("/")

    assert answer.status_code == 500
    assert_guarded(answer)
    assert "secret detail" not in answer.content.decode()


async def test_static_files_are_for_everybody() -> None:
    assert finders.find("img/rose.svg")

    answer = await Caller().get("/static/img/rose.svg")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
