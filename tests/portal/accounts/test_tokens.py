"""Signing in with a token: what is asked of the cluster, what is kept, and what a visitor is told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.middleware.csrf import _get_new_csrf_string
from pytest_django import Settings

from dashboard.api.viewer import Introduction
from dashboard.errors import TokenRefused, Unreachable
from portal.accounts import tokens
from portal.accounts.login import cluster_of
from tests.support.caller import Caller

pytestmark = pytest.mark.django_db(transaction=True)  # sessions are written by another thread

TOKEN = "canary-token-of-maya"
COOKIE = django_settings.SESSION_COOKIE_NAME
SIGN_IN = "/-/sign-in"
ASKED: list[tuple[str, str]] = []


async def introduce(cluster: str, token: str) -> Introduction:
    """Stand in for the cluster, whose own answers tests of the gate read from a real one."""
    ASKED.append((cluster, token))
    slug = cluster or "first"
    if slug == "away":
        return Introduction(slug, trouble=Unreachable(cluster=slug))
    if token != TOKEN:
        return Introduction(slug, trouble=TokenRefused(cluster=slug))
    return Introduction(slug, user="maya")


@pytest.fixture(autouse=True)
def token_mode(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path, auth="token")
    settings.INTRODUCE = f"{__name__}.introduce"
    tokens._introducer.cache_clear()
    ASKED.clear()
    yield
    tokens._introducer.cache_clear()


@pytest.fixture
def caller() -> Caller:
    return Caller()


async def sign_in(caller: Caller, **form: str) -> Any:
    return await caller.post(SIGN_IN, {"token": TOKEN, "next": "/learn/", **form})


async def test_a_stranger_gets_the_form_wherever_they_go(caller: Caller) -> None:
    answer = await caller.get("/c/harbour/pods.v1")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Portolan"'
    text = answer.content.decode()
    assert 'name="token"' in text
    assert 'value="/c/harbour/pods.v1"' in text
    assert 'value="harbour"' in text


async def test_signing_in_leads_back_and_the_token_stays_on_the_server(caller: Caller) -> None:
    answer = await sign_in(caller)

    assert (answer.status_code, answer["Location"]) == (302, "/learn/")
    assert (await caller.get("/learn/")).status_code == 200
    assert (await Caller().get("/learn/")).status_code == 401
    stored = [str(session.get_decoded()) async for session in Session.objects.all()]
    assert len(stored) == 1
    assert "maya" in stored[0]
    assert TOKEN not in stored[0], "what lies in the database is encrypted"
    assert all(TOKEN not in morsel.value for morsel in caller.cookies.values())
    assert caller.cookies[COOKIE]["httponly"]


async def test_a_planted_session_gains_nothing(caller: Caller) -> None:
    await sign_in(caller)
    before = caller.cookies[COOKIE].value

    await sign_in(caller)

    assert caller.cookies[COOKIE].value != before


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"token": ""}, "Paste a token"),
        ({"token": "x" * 20_000}, "Paste a token"),
        ({"token": "t\u00f6ken"}, "Paste a token"),
        ({"token": "wrong"}, "does not take this token"),
        ({"cluster": "away"}, "cannot be reached"),
    ],
)
async def test_a_token_that_opens_nothing_is_told_why(
    caller: Caller, form: dict[str, str], words: str
) -> None:
    answer = await sign_in(caller, **form)

    assert answer.status_code == 401
    text = answer.content.decode()
    assert words in text
    assert 'role="alert"' in text
    assert (form.get("token") or "nothing") not in text.split("<form")[1], "a secret is not printed"
    assert (await caller.get("/learn/")).status_code == 401


@pytest.mark.parametrize("to", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
async def test_signing_in_leads_to_no_other_site(caller: Caller, to: str) -> None:
    assert (await sign_in(caller, next=to))["Location"] == "/"


async def test_the_form_of_another_site_signs_nobody_in() -> None:
    strict = Caller()
    strict.handler.enforce_csrf_checks = True

    assert (await sign_in(strict)).status_code == 403

    strict.cookies[django_settings.CSRF_COOKIE_NAME] = secret = _get_new_csrf_string()
    assert (await sign_in(strict, csrfmiddlewaretoken=secret)).status_code == 302


async def test_a_token_that_a_terminal_wrapped_is_one_word(caller: Caller) -> None:
    answer = await sign_in(caller, token=f" {TOKEN[:7]}\n  {TOKEN[7:]} \n")

    assert answer.status_code == 302


async def test_signing_out_forgets_every_token(caller: Caller) -> None:
    await sign_in(caller)
    await sign_in(caller, cluster="second")

    assert (await caller.get("/-/sign-out")).status_code == 405
    await caller.post("/-/sign-out")

    assert (await caller.get("/learn/")).status_code == 401
    assert not await Session.objects.aexists()


async def test_a_new_secret_key_signs_everybody_out(caller: Caller, settings: Settings) -> None:
    await sign_in(caller)
    stored = await Session.objects.aget()
    session = stored.get_decoded()

    settings.SECRET_KEY = "another-" * 10
    kept = await tokens.kept(Held(session))  # type: ignore[arg-type]  # it is only read

    assert kept == {}


class Held(dict[str, Any]):
    """A session that is read alone."""

    async def aget(self, key: str, default: Any = None) -> Any:
        return self.get(key, default)


async def test_a_header_is_asked_about_at_the_cluster_of_the_address(caller: Caller) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    for path in ("/learn/", "/zh-hans/learn/?cluster=second", "/c/third/"):
        await caller.get(path, headers=bearer)

    assert ASKED[0] == ("", TOKEN)
    assert {cluster for cluster, _ in ASKED} == {"", "second", "third"}
    assert COOKIE not in caller.cookies, "a header makes no session"


@pytest.mark.parametrize(
    ("header", "path", "status"),
    [
        (f"Bearer {TOKEN}", "/learn/", 200),
        (f"bearer {TOKEN}", "/learn/", 200),
        ("Bearer wrong", "/learn/", 401),
        ("Bearer wrong", SIGN_IN, 401),
        ("Bearer", "/learn/", 401),
        (f"Basic {TOKEN}", "/learn/", 401),
        (f"Bearer {TOKEN}", "/learn/?cluster=away", 503),
    ],
)
async def test_a_header_opens_what_its_token_opens(
    caller: Caller, header: str, path: str, status: int
) -> None:
    answer = await caller.get(path, headers={"Authorization": header})

    assert answer.status_code == status


async def test_a_header_that_is_wrong_is_not_covered_by_a_cookie(caller: Caller) -> None:
    await sign_in(caller)

    answer = await caller.get("/learn/", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "token_refused"


async def test_the_page_says_who_is_looking(caller: Caller) -> None:
    await sign_in(caller)

    text = (await caller.get("/learn/")).content.decode()

    assert "Sign out" in text


@pytest.mark.parametrize("auth", ["link", "none"])
async def test_without_tokens_there_is_nothing_to_sign_in_to(
    caller: Caller, settings: Settings, auth: str
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth=auth)

    assert (await sign_in(caller)).status_code in {401, 404}
    assert ASKED == []


@pytest.mark.parametrize(
    ("address", "cluster"),
    [
        ("/c/harbour/pods.v1?q=a", "harbour"),
        ("/zh-hans/c/harbour/", "harbour"),
        ("/c/harbour", "harbour"),
        ("/learn/c/harbour/", ""),
        ("/c/UPPER/", ""),
        ("/", ""),
    ],
)
def test_an_address_names_its_cluster(address: str, cluster: str) -> None:
    assert cluster_of(address.partition("?")[0]) == cluster
