"""Health and metrics, which answer before anybody is let in."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from dashboard.cache.sharedinformer import SharedInformer
from dashboard.errors import Expired
from portal import __version__
from tests.support.caller import Caller
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver

TOKEN = "0123456789abcdef"
ELSEWHERE = "192.0.2.7"


def text(answer: Any) -> str:
    """Return the body of a plain answer; the test client's own type is private."""
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    return str(answer.content.decode())


async def scraped(client: AsyncClient) -> dict[str, float]:
    """Return the samples of /metrics without labels, read by Prometheus' own parser."""
    answer = await client.get("/metrics")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        sample.name: sample.value
        for family in families
        for sample in family.samples
        if not sample.labels
    }


@pytest.fixture
def missing_sessions(transactional_db: None) -> Iterator[None]:
    """A database one of whose tables is gone; it comes back after the test."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session RENAME TO django_session_away")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_session_away RENAME TO django_session")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
async def test_a_healthy_process_says_ok_to_strangers(path: str) -> None:
    answer = await AsyncClient().get(path)

    assert answer.status_code == 200
    assert text(answer) == "ok"


@pytest.mark.django_db
async def test_verbose_names_every_check_as_kubernetes_components_do() -> None:
    client = AsyncClient()

    assert text(await client.get("/livez?verbose")) == "[+]ping ok\nlivez check passed\n"
    assert text(await client.get("/healthz?verbose")) == "[+]ping ok\nhealthz check passed\n"
    assert text(await client.get("/readyz?verbose")) == (
        "[+]ping ok\n[+]database ok\nreadyz check passed\n"
    )


async def test_readyz_fails_without_the_database_and_keeps_the_reason_for_the_log(
    caplog: pytest.LogCaptureFixture, missing_sessions: None
) -> None:
    answer = await AsyncClient().get("/readyz")

    assert answer.status_code == 500, "as Kubernetes components answer"
    assert text(answer) == (
        "[+]ping ok\n[-]database failed: reason withheld\nreadyz check failed\n"
    )
    assert "readyz check database failed: no such table" in caplog.text


async def test_livez_does_not_ask_the_database(missing_sessions: None) -> None:
    assert (await AsyncClient().get("/livez")).status_code == 200


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz", "/metrics"])
async def test_health_is_read_and_never_written(path: str) -> None:
    answer = await AsyncClient().post(path)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD"


async def test_metrics_are_in_prometheus_own_text_form() -> None:
    answer = await AsyncClient().get("/metrics")

    assert answer["Content-Type"].startswith("text/plain; version=")
    assert f'portolan_info{{version="{__version__}"}} 1.0' in answer.content.decode()
    assert {
        "portolan_informers",
        "portolan_watch_streams",
        "portolan_relists_total",
        "portolan_open_sockets",
        "portolan_frames_sent_total",
    } <= (await scraped(AsyncClient())).keys()


async def test_metrics_count_informers_watches_and_relists() -> None:
    client, apiserver, clock = AsyncClient(), FakeApiserver(), FakeClock()
    before = await scraped(client)
    informer = SharedInformer(apiserver, clock=clock)
    task = asyncio.create_task(informer.run())
    await informer.answered()
    await settle()

    running = await scraped(client)
    await apiserver.end_watches(Expired(gvr="pods.v1", verb="watch"))
    await clock.advance(60)
    relisted = await scraped(client)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    after = await scraped(client)

    assert running["portolan_informers"] == before["portolan_informers"] + 1
    assert running["portolan_watch_streams"] == before["portolan_watch_streams"] + 1
    assert relisted["portolan_relists_total"] > running["portolan_relists_total"]
    assert after["portolan_informers"] == before["portolan_informers"]
    assert after["portolan_watch_streams"] == before["portolan_watch_streams"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
async def test_metrics_are_open_to_loopback(address: str) -> None:
    assert (await Caller(address=address).get("/metrics")).status_code == 200


@pytest.mark.parametrize("address", [ELSEWHERE, "2001:db8::7", ""])
async def test_metrics_are_closed_to_everybody_else(address: str) -> None:
    answer = await Caller(address=address).get("/metrics")

    assert answer.status_code == 403
    assert (
        text(answer) == "Metrics are for loopback, or for the bearer of PORTOLAN_METRICS_TOKEN.\n"
    )


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 403),
        (TOKEN, 403),
        (f"Basic {TOKEN}", 403),
        ("Bearer", 403),
        ("", 403),
    ],
)
async def test_the_metrics_token_opens_them_from_anywhere(
    settings: Settings, header: str, status: int
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, metrics_token=TOKEN)

    answer = await Caller(address=ELSEWHERE).get("/metrics", headers={"Authorization": header})

    assert answer.status_code == status


async def test_without_a_metrics_token_no_bearer_is_one() -> None:
    answer = await Caller(address=ELSEWHERE).get("/metrics", headers={"Authorization": "Bearer "})

    assert answer.status_code == 403
