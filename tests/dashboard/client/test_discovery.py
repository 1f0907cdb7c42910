"""What a server serves: in one document, in one with a name of long ago, or version by version."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from dashboard.api.gvr import GVR, ShortKind
from dashboard.client import config
from dashboard.client.discovery import Discovered, discover
from dashboard.client.transport import Transport
from tests.support.apiserver import Recorder, kubeconfig, serve

PODS = GVR("", "v1", "pods")
CARGO = GVR("fleet.example", "v1", "cargo")


def aggregated(*groups: tuple[str, str, str]) -> dict[str, Any]:
    """Return a document with one resource in each (group, version, resource)."""
    return {
        "kind": "APIGroupDiscoveryList",
        "items": [
            {
                "metadata": {"name": group},
                "versions": [
                    {
                        "version": version,
                        "resources": [
                            {
                                "resource": resource,
                                "scope": "Namespaced",
                                "verbs": ["list", "watch"],
                            }
                        ],
                    }
                ],
            }
            for group, version, resource in groups
        ],
    }


class Server:
    """Answers discovery; `documents` are by path, each with the ETag of its content."""

    def __init__(self, documents: dict[str, Any], *, has_etags: bool = True) -> None:
        self.documents = documents
        self.has_etags = has_etags
        self.sent = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        document = self.documents.get(request.path)
        if document is None:
            return web.Response(status=503, text="service unavailable")
        etag = f'"{hash(repr(document))}"'
        if self.has_etags and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        self.sent += 1
        headers = {"ETag": etag} if self.has_etags else {}
        return web.json_response(document, headers=headers)


async def read(folder: Path, server: Recorder, known: Discovered | None = None) -> Discovered:
    path = kubeconfig(folder, server.server)
    found = config.find(folder, {"KUBECONFIG": str(path)})
    transport = Transport("test", await config.load(found.found[0]))
    try:
        return await discover(transport, known)
    finally:
        await transport.aclose()


@pytest.mark.parametrize("has_etags", [True, False])
async def test_what_has_not_changed_is_the_same_as_before(tmp_path: Path, has_etags: bool) -> None:
    told = {
        "/api": aggregated(("", "v1", "pods")),
        "/apis": aggregated(("apps", "v1", "deployments")),
    }
    server = Server(told, has_etags=has_etags)
    async with serve(server.answer) as at:
        first = await read(tmp_path, at)
        second = await read(tmp_path, at, first)
        told["/apis"] = aggregated(("apps", "v1", "deployments"), ("fleet.example", "v1", "cargo"))
        third = await read(tmp_path, at, second)

    assert second is first
    assert CARGO not in first.resources
    assert {PODS, CARGO} <= {resource.gvr for resource in third.resources}
    assert server.sent == (3 if has_etags else 6)


async def test_a_server_without_the_aggregated_form_is_read_version_by_version(
    tmp_path: Path,
) -> None:
    told: dict[str, Any] = {
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {
            "kind": "APIGroupList",
            "groups": [
                {
                    "name": "batch",
                    "versions": [{"version": "v1beta1"}, {"version": "v1"}],
                    "preferredVersion": {"version": "v1"},
                },
                {"name": "down.example", "versions": [{"version": "v1"}]},
            ],
        },
        "/api/v1": {
            "resources": [
                {
                    "name": "pods",
                    "kind": "Pod",
                    "namespaced": True,
                    "verbs": ["list", "watch"],
                    "shortNames": ["po"],
                },
                {"name": "pods/log", "kind": "Pod", "namespaced": True, "verbs": ["get"]},
            ]
        },
    }
    jobs = {"name": "jobs", "kind": "Job", "namespaced": True, "verbs": ["list"]}
    told["/apis/batch/v1"] = told["/apis/batch/v1beta1"] = {"resources": [jobs]}
    async with serve(Server(told).answer) as at:
        found = await read(tmp_path, at)

    pods = found.resources.get(PODS)
    assert (pods.short_names, pods.subresources, pods.is_namespaced) == (("po",), ("log",), True)
    assert found.resources.resolve(ShortKind("job")).gvr == GVR("batch", "v1", "jobs")
    assert found.resources.get(GVR("batch", "v1beta1", "jobs")).is_preferred is False
    assert found.resources.stale_groups == ("down.example",)
