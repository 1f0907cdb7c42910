"""What chapters promise a reader's own cluster answers, asked of a real API server."""

import http.client
import json
import ssl
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster.fixtures import Cluster
from tests.support.world.extensions import LOGISTICS

pytestmark = pytest.mark.cluster
CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
FAIRNESS = "x-kubernetes-pf-flowschema-uid"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines()]


def ask(cluster: Cluster, path: str, token: str = "") -> Answer:
    """Return what a GET of `path` is answered with, as `curl -ki` would show it."""
    host = cluster.server.removeprefix("https://")
    blind = ssl._create_unverified_context()
    given = {"Authorization": f"Bearer {token}"} if token else {}
    with closing(http.client.HTTPSConnection(host, context=blind, timeout=30)) as connection:
        connection.request("GET", path, headers=given)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read().decode())


def test_a_bad_timeout_is_answered_before_anyone_asks_who_it_is(cluster: Cluster) -> None:
    for token in ("", "nonsense"):
        answer = ask(cluster, "/api/v1/pods?timeout=banana", token)

        assert answer.status == 400
        assert {"audit-id", "cache-control"} <= answer.headers.keys()
        assert FAIRNESS not in answer.headers


def test_a_bad_token_never_meets_the_limits(cluster: Cluster) -> None:
    answer = ask(cluster, "/api/v1/pods", "nonsense")

    assert answer.status == 401
    assert "audit-id" in answer.headers
    assert FAIRNESS not in answer.headers


def test_the_limits_classify_a_request_before_it_is_refused(cluster: Cluster) -> None:
    answer = ask(cluster, "/api/v1/pods")

    assert answer.status == 403
    assert "system:anonymous" in answer.body
    names = cluster.kubectl("get", "flowschemas", "-o", "jsonpath={.items[*].metadata.uid}")
    assert answer.headers[FAIRNESS] in names.split()


def test_a_deprecated_api_answers_with_a_warning(cluster: Cluster) -> None:
    token = cluster.tokens["admin"]

    answer = ask(cluster, "/api/v1/namespaces/default/endpoints?limit=1", token)

    assert answer.status == 200
    assert answer.headers["warning"].startswith("299 ")
    assert answer.headers["cache-control"] == "no-cache, private"


def test_the_initial_events_end_with_a_bookmark_that_says_so(cluster: Cluster) -> None:
    query = "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
    query += "&allowWatchBookmarks=true&timeoutSeconds=4"

    events = ask(cluster, f"{CONFIGMAPS}?{query}", cluster.tokens["admin"]).events

    kinds = [event["type"] for event in events]
    end = kinds.index("BOOKMARK")
    assert end > 0
    assert set(kinds[:end]) == {"ADDED"}
    metadata = events[end]["object"]["metadata"]
    assert metadata["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert int(metadata["resourceVersion"]) > 0


def test_a_version_that_is_forgotten_is_an_error_inside_a_stream(cluster: Cluster) -> None:
    # Of pods, a server as young as this one may still remember everything. Its memory of a kind
    # that was defined later begins later.
    answer = ask(
        cluster,
        f"/apis/{LOGISTICS}/v1/shipments?watch=1&resourceVersion=1&timeoutSeconds=3",
        cluster.tokens["admin"],
    )

    (event,) = answer.events
    assert answer.status == 200
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
    assert event["object"]["reason"] == "Expired"


def test_a_version_that_is_not_reached_yet_is_waited_for_and_refused(cluster: Cluster) -> None:
    began = time.monotonic()

    answer = ask(cluster, f"{CONFIGMAPS}?resourceVersion=999999999", cluster.tokens["admin"])

    assert time.monotonic() - began > 2.5
    assert answer.status == 504
    assert "Too large resource version" in answer.body
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "name",
    [
        "apiserver_request_filter_duration_seconds",
        "apiserver_flowcontrol_dispatched_requests_total",
        "authorization_attempts_total",
        'kubernetes_feature_enabled{name="ConstrainedImpersonation"',
        "apiserver_longrunning_requests",
        "apiserver_watch_list_duration_seconds",
        "apiserver_watch_cache_events_dispatched_total",
        "apiserver_watch_cache_consistent_read_total",
        "apiserver_request_duration_seconds",
    ],
)
def test_the_metrics_that_chapters_name_are_there(cluster: Cluster, name: str) -> None:
    page = ask(cluster, "/metrics", cluster.tokens["admin"]).body

    assert any(line.startswith(name) for line in page.splitlines())
