"""One conversation with the demo and with a real API server: what they say has one shape."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from dashboard.cache.clock import SystemClock
from dashboard.demo import endpoints
from dashboard.demo.berth import Demo
from dashboard.demo.review import TOKEN
from tests.cluster.fixtures import Cluster
from tests.dashboard.demo.caller import AGGREGATED, JSON, METADATA, TABLE, Caller, Said, calling

pytestmark = pytest.mark.cluster

FROM_START = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
MARKED = f"{FROM_START}&allowWatchBookmarks=true&timeoutSeconds=3"


class Two:
    """The demo and the real server. `narrow` is the portal's own account there, which is no administrator."""

    def __init__(self, demo: Caller, real: Caller, narrow: Caller) -> None:
        self.demo = demo
        self.real = real
        self.narrow = narrow

    async def ask(self, path: str, accept: str = JSON, **more: Any) -> tuple[Said, Said]:
        """Return what both answer, the demo first."""
        return await self.demo.ask(path, accept, **more), await self.real.ask(path, accept, **more)

    async def kinds(self) -> list[str]:
        """Return the path of every collection that the demo lists."""
        found = []
        for root in ("/api", "/apis"):
            for group in (await self.demo.ask(root, AGGREGATED)).document["items"]:
                name = group["metadata"].get("name")
                for version in group["versions"]:
                    path = f"/apis/{name}" if name else "/api"
                    found += [
                        f"{path}/{version['version']}/{resource['resource']}"
                        for resource in version.get("resources", ())
                        if "list" in resource["verbs"]
                        and resource["resource"] != "secrets"
                        and version.get("freshness") != "Stale"
                    ]
        assert len(found) > 50
        return found


@pytest.fixture
async def both(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Two]:
    """A demo, and the real cluster of this run."""
    demo = await Demo.start(tmp_path, SystemClock(), pods=400)
    callers = [
        (demo.apiserver.server, TOKEN),
        (cluster.server, cluster.tokens["admin"]),
        (cluster.server, cluster.tokens["portal"]),
    ]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(demo.aclose)
        yield Two(*[await stack.enter_async_context(calling(*caller)) for caller in callers])


async def test_discovery_is_the_same_word_for_word(both: Two) -> None:
    for path in ("/api", "/apis"):
        said, true = await both.ask(path, AGGREGATED)

        assert (said.status, said.kind) == (true.status, true.kind)
        assert _fresh(said.document) == _fresh(true.document)
    paths = [
        "/apis",
        "/api/v1",
        "/apis/apps",
        "/apis/apps/v1",
        "/apis/logistics.harbour.example/v1",
    ]
    for path in paths:
        said, true = await both.ask(path)

        assert (said.status, said.kind) == (true.status, true.kind)
        assert _unhashed(said.document) == _unhashed(true.document), path


async def test_every_kind_has_the_columns_rows_and_envelope_of_the_real_one(both: Two) -> None:
    for path in await both.kinds():
        for include in ("None", "Metadata", "Object"):
            said, true = await both.ask(f"{path}?includeObject={include}&limit=500", TABLE)

            assert (said.status, said.kind) == (true.status, true.kind), path
            assert said.document["columnDefinitions"] == true.document["columnDefinitions"], path
            assert _envelope(said.document) == _envelope(true.document), path
            if said.document["rows"] and true.document["rows"]:
                assert _row(said.document) == _row(true.document), path
                assert _types(said.document) & _types(true.document), path


async def test_objects_and_metadata_are_listed_in_the_same_shape(both: Two) -> None:
    for path in await both.kinds():
        for accept in (JSON, METADATA):
            said, true = await both.ask(f"{path}?limit=500", accept)

            assert said.status == true.status == 200
            assert _envelope(said.document) == _envelope(true.document), path
            assert (said.document["kind"], said.document["apiVersion"]) == (
                true.document["kind"],
                true.document["apiVersion"],
            )
            if said.document["items"] and true.document["items"]:
                assert _typed(said.document["items"][0]) == _typed(true.document["items"][0]), path


async def test_one_object_is_told_in_the_same_shape(both: Two) -> None:
    for accept in (JSON, TABLE, METADATA.replace("List", "")):
        for path in ("/api/v1/namespaces/kube-system", "/api/v1/nodes/ap-01"):
            said, true = await both.ask(path, accept)

            assert (said.status, said.kind) == (true.status, true.kind)
            assert _keys(said.document) == _keys(true.document)


async def test_pages_add_up_to_the_list_at_one_resource_version(both: Two) -> None:
    for caller in (both.demo, both.real):
        first = (await caller.ask("/api/v1/pods?limit=50")).document
        meta, names = first["metadata"], _names(first)
        version, left = meta["resourceVersion"], meta["remainingItemCount"]
        while token := meta.get("continue"):
            page = (await caller.ask(f"/api/v1/pods?limit=50&continue={token}")).document
            assert page["metadata"]["resourceVersion"] == version
            names += _names(page)
            meta = page["metadata"]
        exact = f"/api/v1/pods?resourceVersion={version}&resourceVersionMatch=Exact"

        assert names == _names((await caller.ask(exact)).document)
        assert len(names) == 50 + left


async def test_a_stream_begins_and_ends_alike_for_every_kind(both: Two) -> None:
    async def compare(path: str) -> None:
        asked = f"{path}?{MARKED}&includeObject=Metadata"
        frames, true_frames = await asyncio.gather(
            both.demo.watch(asked, TABLE), both.real.watch(asked, TABLE)
        )

        assert _headed(frames) == _headed(true_frames), path
        assert _mark(frames) == _mark(true_frames), path

    watched = [path for path in await both.kinds() if not path.endswith("/componentstatuses")]
    await asyncio.gather(*(compare(path) for path in watched))


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/apis/none/v1",
        "/apis/none/v1/things",
        "/api/v1/nope",
        "/apis/apps/v1/nope",
        "/api/v1/namespaces/default/pods/none",
        "/apis/apps/v1/namespaces/default/deployments/none",
        "/api/v1/namespaces/default/nodes",
        "/api/v1/pods?limit=x",
        "/api/v1/pods?continue=abc&resourceVersion=5",
        "/api/v1/pods?fieldSelector=a.b%3Dc",
        "/api/v1/pods?labelSelector=a%20b%20c",
        "/api/v1/pods?resourceVersionMatch=Exact",
        "/api/v1/pods?watch=true&sendInitialEvents=true",
        "/api/v1/componentstatuses?watch=true",
        "/apis/metrics.k8s.io/v1beta1/nodes",
        "/api/v1/namespaces/default/pods/none/log",
        "/livez",
        "/readyz",
        "/version",
    ],
)
async def test_a_refusal_has_the_words_of_the_real_one(both: Two, path: str) -> None:
    true = await both.real.ask(path)
    said = await both.demo.ask(path)
    if said.status == 403 and true.status == 404:
        # An administrator learns that there is no such kind; whoever may not list it does not.
        true = await both.narrow.ask(path)

    assert said.status == true.status
    assert said.kind == true.kind
    assert said.document == _of_the_demo(true.document)


async def test_what_rights_refuse_is_refused_in_the_same_words(both: Two) -> None:
    for method, path in (
        ("GET", "/api/v1/secrets"),
        ("GET", "/api/v1/namespaces/default/secrets?watch=true"),
        ("GET", "/api/v1/namespaces/default/secrets/s"),
        ("POST", "/api/v1/namespaces/default/pods"),
        ("DELETE", "/api/v1/namespaces/default/pods/p"),
        ("PUT", "/apis/apps/v1/namespaces/default/deployments/d"),
        ("DELETE", "/apis/apps/v1/namespaces/default/deployments"),
        ("PUT", "/version"),
    ):
        said = await both.demo.ask(path, method=method, body={} if method != "GET" else None)
        true = await both.narrow.ask(path, method=method, body={} if method != "GET" else None)

        assert (said.status, said.kind) == (true.status, true.kind) == (403, JSON)
        assert said.document == _of_the_demo(true.document)


async def test_a_stranger_is_told_so(both: Two, cluster: Cluster, tmp_path: Path) -> None:
    servers = [str(caller._session._base_url) for caller in (both.demo, both.real)]
    for token, status in (("nobody's", 401), ("", 403)):
        answers = []
        for server in servers:
            async with calling(server, token) as caller:
                answers.append(await caller.ask("/api/v1/pods"))

        assert answers[0].status == answers[1].status == status
        assert answers[0].document == answers[1].document


async def test_a_version_gone_by_ends_a_stream_and_one_to_come_is_not_listed(both: Two) -> None:
    path = "/api/v1/pods?watch=true&resourceVersion=1&timeoutSeconds=2"
    (said,) = await both.demo.watch(path)
    true = (await both.real.watch(path))[0]
    assert (said["type"], said["object"]["code"], said["object"]["reason"]) == (
        "ERROR",
        410,
        "Expired",
    )
    if true["type"] == "ERROR":  # a server that is young remembers everything
        assert _unnumbered(said) == _unnumbered(true)

    answers = await both.ask("/api/v1/pods?resourceVersion=999999999999")
    assert answers[0].status == answers[1].status == 504
    assert _unnumbered(answers[0].document) == _unnumbered(answers[1].document)
    assert answers[0].headers["Retry-After"] == answers[1].headers["Retry-After"]


async def test_a_stream_from_the_future_is_silent(both: Two) -> None:
    path = "/api/v1/pods?watch=true&resourceVersion=999999999999&allowWatchBookmarks=true&timeoutSeconds=3"
    assert [await caller.watch(path) for caller in (both.demo, both.real)] == [[], []]


async def test_reviews_answer_alike(both: Two) -> None:
    where = "/apis/authorization.k8s.io/v1/"
    attributes = {"verb": "list", "resource": "pods", "namespace": "payments"}
    for name, kind, spec in (
        ("subjectaccessreviews", "SubjectAccessReview", {"user": "alice"}),
        ("subjectaccessreviews", "SubjectAccessReview", {"user": "nobody-at-all"}),
        ("subjectaccessreviews", "SubjectAccessReview", {"user": "x", "groups": ["team-search"]}),
        ("selfsubjectaccessreviews", "SelfSubjectAccessReview", {}),
    ):
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": kind,
            "spec": {**spec, "resourceAttributes": attributes},
        }
        said = await both.demo.ask(f"{where}{name}", method="POST", body=body)
        true = await both.narrow.ask(f"{where}{name}", method="POST", body=body)

        assert (said.status, said.kind) == (true.status, true.kind) == (201, JSON)
        assert said.document["status"] == _of_the_demo(true.document["status"])
        assert said.document["spec"] == true.document["spec"]
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    said, true = await both.ask(
        "/apis/authentication.k8s.io/v1/selfsubjectreviews", method="POST", body=body
    )
    assert said.status == true.status == 201
    assert _keys(said.document) == _keys(true.document)
    assert said.document["status"]["userInfo"]["username"] == "demo"


async def test_who_may_what_is_decided_alike_for_everybody(both: Two) -> None:
    people = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "break-glass")
    asked = [
        {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
        for verb in ("get", "list", "watch", "delete")
        for group, resource in (
            ("", "pods"),
            ("", "secrets"),
            ("apps", "deployments"),
            ("", "nodes"),
        )
        for namespace in ("payments", "checkout", "")
    ]
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    for user in people:
        for attributes in asked:
            body = {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SubjectAccessReview",
                "spec": {"user": user, "resourceAttributes": attributes},
            }
            said, true = await both.ask(path, method="POST", body=body)

            assert said.document["status"] == true.document["status"], (user, attributes)


async def test_endpoints_are_printed_as_the_demo_prints_those_that_it_adds_to(both: Two) -> None:
    for kind, path in (
        (endpoints.SLICES, "/apis/discovery.k8s.io/v1/endpointslices"),
        (endpoints.ENDPOINTS, "/api/v1/endpoints"),
    ):
        table = (await both.real.ask(f"{path}?includeObject=Object", TABLE)).document
        printed = 0
        for row in table["rows"]:
            shown = row["object"]
            ready = shown.get("endpoints") or (
                shown.get("subsets") and all("addresses" in item for item in shown["subsets"])
            )
            if ready and len(shown.get("subsets") or [1]) == 1:
                assert endpoints.addressed(kind, shown, row["cells"]) == row["cells"]
                printed += 1
        assert printed > 20


async def test_acting_as_somebody_else_is_refused_in_the_same_words(both: Two) -> None:
    said, true = [
        await caller.ask("/api/v1/pods", acting_as="alice") for caller in (both.demo, both.narrow)
    ]

    assert said.status == true.status == 403
    assert said.document == _of_the_demo(true.document)


async def test_a_large_list_is_packed_and_a_small_one_is_not(both: Two) -> None:
    for path in ("/api/v1/pods", "/api/v1/namespaces?limit=1"):
        said, true = await both.ask(path)
        for header in ("Content-Encoding", "Vary", "Cache-Control", "Content-Type"):
            assert said.headers.get(header) == true.headers.get(header), (path, header)
        assert "Audit-Id" in said.headers


async def test_logs_are_told_and_refused_alike(both: Two) -> None:
    for caller in (both.demo, both.real):
        pods = (await caller.ask("/api/v1/namespaces/payments/pods")).document["items"]
        ready = [pod for pod in pods if pod["status"]["phase"] == "Running"]
        single = next(pod for pod in ready if len(pod["spec"]["containers"]) == 1)
        several = next(pod for pod in ready if len(pod["spec"]["containers"]) > 1)
        log = f"/api/v1/namespaces/payments/pods/{single['metadata']['name']}/log"

        said = await caller.ask(f"{log}?tailLines=3&timestamps=true")
        assert (said.status, said.kind) == (200, "text/plain")
        assert len(said.document.splitlines()) <= 3
        unknown = await caller.ask(f"{log}?container=zz")
        assert unknown.status == 400
        assert unknown.document["message"] == (
            f"container zz is not valid for pod {single['metadata']['name']}"
        )
        unnamed = await caller.ask(
            f"/api/v1/namespaces/payments/pods/{several['metadata']['name']}/log"
        )
        assert unnamed.status == 400
        names = " ".join(item["name"] for item in several["spec"]["containers"])
        assert unnamed.document["message"].endswith(f"choose one of: [{names}]")


def _fresh(document: Any) -> Any:
    """Without what only the moment decides: whether an aggregated API was asked already."""
    for group in document["items"]:
        group["metadata"].pop("creationTimestamp", None)
    return document


def _unhashed(document: Any) -> Any:
    for resource in document.get("resources", ()):
        resource.pop("storageVersionHash", None)
    return document


def _envelope(document: Any) -> tuple[Any, ...]:
    optional = {"continue", "remainingItemCount"}  # there may be more of it in one of them
    return set(document), set(document["metadata"]) - optional


def _row(table: Any) -> tuple[int, set[str], Any]:
    row = table["rows"][0]
    told = row["object"]
    return len(row["cells"]), set(row), None if told is None else (told["kind"], told["apiVersion"])


def _types(table: Any) -> set[tuple[type, ...]]:
    return {tuple(type(cell) for cell in row["cells"]) for row in table["rows"]}


def _typed(item: Any) -> tuple[Any, ...]:
    return item.get("kind"), item.get("apiVersion"), set(item) >= {"metadata"}


def _keys(document: Any) -> Any:
    """Return the two upper layers of keys."""
    return {
        key: set(value) if isinstance(value, dict) and key != "metadata" else None
        for key, value in document.items()
    }


def _names(document: Any) -> list[str]:
    return [
        f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in document["items"]
    ]


def _is_end(frame: Any) -> bool:
    if frame["type"] != "BOOKMARK":
        return False
    (row,) = frame["object"]["rows"]
    return "annotations" in row["object"]["metadata"]


def _headed(frames: list[Any]) -> tuple[Any, set[bool]]:
    """Return the columns of the first frame, and whether later ones up to the marker name any."""
    marker = next(number for number, frame in enumerate(frames) if _is_end(frame))
    first, *later = [frame["object"]["columnDefinitions"] for frame in frames[: marker + 1]]
    return first, {columns is not None for columns in later}


def _mark(frames: list[Any]) -> Any:
    """Return the end marker without its number."""
    (end,) = [frame for frame in frames if _is_end(frame)]
    (row,) = end["object"]["rows"]
    return (
        set(end["object"]),
        row["cells"],
        json.loads(
            json.dumps(row["object"]).replace(row["object"]["metadata"]["resourceVersion"], "N")
        ),
    )


def _unnumbered(document: Any) -> Any:
    return json.loads(re.sub(r"(?<=: )\d{4,}|\(\d+\)|(?<=version: )\d+", "N", json.dumps(document)))


def _of_the_demo(document: Any) -> Any:
    text = json.dumps(document)
    return json.loads(text.replace('User \\"portal\\"', 'User \\"demo\\"'))
