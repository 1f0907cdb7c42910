"""The real API server that seeds share: a kind of the rig's own, and a reader with few rights."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from tests.cluster.instance import Instance
from tests.faults.credentials import Credentials
from tests.faults.proxy import Upstream

GROUP = "faults.portolan.example"
ANSWER_S = 10.0
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
MERGE = "application/merge-patch+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the rig writes and watches."""

    group: str
    version: str
    resource: str

    def path(self, namespace: str) -> str:
        """Return the path of its collection, of all namespaces for ""."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{namespace}" if namespace else ""
        return f"{root}{within}/{self.resource}"


KINDS = {
    "configmaps": Kind("", "v1", "configmaps"),
    "pods": Kind("", "v1", "pods"),
    "widgets": Kind(GROUP, "v1", "widgets"),
}


class Refused(RuntimeError):
    """The API server said no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:300]}")
        self.status = status


class Kube:
    """JSON to and from an API server as its administrator, past every proxy."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        """Use a session that knows the server and the token."""
        self._session = session

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        accept: str = "application/json",
    ) -> dict[str, Any]:
        """Return the answer. Raises Refused, or aiohttp's and asyncio's errors where none comes."""
        headers = {"Accept": accept, "User-Agent": "rig"}
        if body is not None:
            headers["Content-Type"] = MERGE if method == "PATCH" else "application/json"
        data = json.dumps(body) if body is not None else None
        async with self._session.request(method, path, data=data, headers=headers) as answer:
            text = await answer.read()
            if answer.status >= 300:
                raise Refused(answer.status, text.decode(errors="replace"))
            found: dict[str, Any] = json.loads(text)
            return found

    async def ensure(self, path: str, body: dict[str, Any]) -> None:
        """Create what may be there already."""
        try:
            await self.ask("POST", path, body)
        except Refused as error:
            if error.status != 409:
                raise


@dataclass(frozen=True, slots=True)
class Ground:
    """All that a seed needs of the shared cluster."""

    instance: Instance
    kube: Kube
    upstream: Upstream
    credentials: Credentials


@asynccontextmanager
async def prepared(instance: Instance, folder: Path) -> AsyncIterator[Ground]:
    """Yield a running cluster made ready for seeds; keys and kubeconfigs go into the empty `folder`."""
    credentials = Credentials(folder, _token(instance.user("portal")))
    address = urlsplit(instance.server)
    ca = ssl.create_default_context(cafile=str(instance.pki / "ca.crt"))
    upstream = Upstream(address.hostname or "", address.port or 443, ca, credentials.tokens)
    async with aiohttp.ClientSession(
        instance.server,
        connector=aiohttp.TCPConnector(ssl=ca, limit=0),
        headers={"Authorization": f"Bearer {_token(instance.user('admin'))}"},
        timeout=aiohttp.ClientTimeout(total=ANSWER_S),
    ) as session:
        kube = Kube(session)
        await furnish(kube)
        yield Ground(instance, kube, upstream, credentials)
        await asyncio.sleep(0)


async def furnish(kube: Kube) -> None:
    """Return once the rig's own kind is served and its reader may read."""
    await kube.ensure(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition("widgets")
    )
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    await kube.ensure(f"{rbac}/clusterroles", {"metadata": {"name": "rig-reader"}, "rules": rules})
    group = "rbac.authorization.k8s.io"
    binding = {
        "metadata": {"name": "rig-reader"},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "rig-reader"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "portal"}],
    }
    await kube.ensure(f"{rbac}/clusterrolebindings", binding)
    await served(kube, KINDS["widgets"])


async def authorized(kube: Kube, limit_s: float = 15.0) -> None:
    """Return once the API server knows that the subject may list."""
    asked = {"verb": "list", "resource": "pods"}
    review = {"spec": {"user": "portal", "resourceAttributes": asked}}
    path = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    async with asyncio.timeout(limit_s):
        while not (await kube.ask("POST", path, review))["status"]["allowed"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def served(kube: Kube, kind: Kind, limit_s: float = 15.0) -> None:
    """Return once a kind that was just defined can be listed."""
    async with asyncio.timeout(limit_s):
        while True:
            try:
                await kube.ask("GET", kind.path(""))
            except Refused:
                await asyncio.sleep(0.1)
            else:
                return


def definition(
    plural: str, *, versions: tuple[str, ...] = ("v1",), stored: str = "v1"
) -> dict[str, Any]:
    """Return a CustomResourceDefinition of the rig's group that prints two fields and the age."""
    kind = plural.capitalize().removesuffix("s")
    printed = [
        {"name": "Stamp", "type": "integer", "jsonPath": ".spec.stamp"},
        {"name": "Note", "type": "string", "jsonPath": ".spec.note"},
        {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
    ]
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind},
            "versions": [
                {
                    "name": name,
                    "served": True,
                    "storage": name == stored,
                    "schema": {"openAPIV3Schema": schema},
                    "additionalPrinterColumns": printed,
                }
                for name in versions
            ],
        },
    }


def _token(kubeconfig: Path) -> str:
    return str(json.loads(kubeconfig.read_bytes())["users"][0]["user"]["token"])
