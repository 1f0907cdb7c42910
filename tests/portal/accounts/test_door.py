"""The laptop door: who gets in by the printed link, who does not, and where they land."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpResponseBase
from pytest_django import Settings

from portal.accounts import door
from tests.support.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)  # sessions are written by another thread

COOKIE = django_settings.SESSION_COOKIE_NAME


@pytest.fixture(autouse=True)
def own_secret(settings: Settings, tmp_path: Path) -> None:
    """A door whose secret no other test knows."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)


@pytest.fixture
def stranger() -> Caller:
    return Caller()


def text(answer: HttpResponseBase) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]  # pages are not streamed


async def test_a_stranger_is_told_in_english_how_to_come_in(stranger: Caller) -> None:
    answer = await stranger.get("/")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Cookie realm="Portolan"'
    assert '<html lang="en"' in text(answer)
    assert "Open the link from the terminal" in text(answer)


async def test_a_stranger_is_told_in_chinese_how_to_come_in(stranger: Caller) -> None:
    answer = await stranger.get("/zh-hans/")

    assert answer.status_code == 401
    assert '<html lang="zh-Hans"' in text(answer)
    assert "打开终端里的链接" in text(answer)


@pytest.mark.parametrize(
    "path",
    ["/", "/learn/", "/c/demo/", "/c/demo/pods.v1?format=json", "/no/such/page", "/static/none.js"],
)
async def test_no_address_tells_a_stranger_whether_it_exists(stranger: Caller, path: str) -> None:
    assert (await stranger.get(path)).status_code == 401


async def test_a_stranger_gets_no_cookie(stranger: Caller) -> None:
    await stranger.get("/")

    assert not stranger.cookies


async def test_the_link_lets_one_browser_in_and_hides_its_key(stranger: Caller) -> None:
    answer = await stranger.get("/learn/", {door.PARAMETER: door.secret(), "q": "pods & nodes"})

    assert answer.status_code == 302
    assert answer["Location"] == "/learn/?q=pods+%26+nodes"
    assert (await stranger.get("/learn/")).status_code == 200
    assert (await Caller().get("/learn/")).status_code == 401


async def test_the_printed_link_is_the_one_that_opens(stranger: Caller) -> None:
    printed = door.link("http://127.0.0.1:8000")

    answer = await stranger.get(printed.removeprefix("http://127.0.0.1:8000"))

    assert answer.status_code == 302
    assert answer["Location"] == "/"


async def test_the_cookie_is_for_this_site_and_not_for_scripts(stranger: Caller) -> None:
    await stranger.get("/learn/", {door.PARAMETER: door.secret()})

    cookie = stranger.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"], "no other host of a domain gets it"


async def test_a_planted_session_gains_nothing(stranger: Caller) -> None:
    session = SessionStore()
    await session.acreate()
    planted = str(session.session_key)
    stranger.cookies[COOKIE] = planted

    await stranger.get("/learn/", {door.PARAMETER: door.secret()})

    assert stranger.cookies[COOKIE].value != planted
    assert not await Session.objects.filter(session_key=planted).aexists()


@pytest.mark.parametrize("key", ["", "wrong", "a" * 32, "é\x00"])
async def test_a_wrong_key_opens_nothing(stranger: Caller, key: str) -> None:
    answer = await stranger.get("/learn/", {door.PARAMETER: key})

    assert answer.status_code == 401
    assert not stranger.cookies


@pytest.mark.parametrize(
    ("path", "lands_on"),
    [
        ("//evil.example/x", "/%2Fevil.example/x"),
        ("///evil.example", "/%2F/evil.example"),
        ("/\\evil.example", "/%5Cevil.example"),
        ("/a%3Fb%23c", "/a%3Fb%23c"),
    ],
)
async def test_the_link_leads_to_no_other_site(path: str, lands_on: str) -> None:
    answer = await Caller(raw_path=path).get("/", {door.PARAMETER: door.secret()})

    assert answer.status_code == 302
    assert answer["Location"] == lands_on


async def test_a_new_secret_ends_every_session(stranger: Caller) -> None:
    await stranger.get("/learn/", {door.PARAMETER: door.secret()})
    (Path(django_settings.ENVIRONMENT.data) / "link-secret").unlink()

    assert (await stranger.get("/learn/")).status_code == 401


async def test_without_a_door_everybody_on_the_machine_is_in(
    stranger: Caller, settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth="none")

    assert (await stranger.get("/learn/")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "169.254.1.1:8000", ""])
@pytest.mark.parametrize("auth", ["link", "none"])
async def test_a_host_of_strangers_is_refused_even_with_the_key(
    settings: Settings, auth: str, host: str
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth=auth)

    answer = await Caller(host=host).get("/", {door.PARAMETER: door.secret()})

    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
async def test_every_name_of_this_machine_is_ours(host: str) -> None:
    assert (await Caller(host=host).get("/")).status_code == 401
