"""The demo over HTTP: who asks, what they may, and which part of the demo answers.

In the order of the real chain: authentication, authorization, then the resource's own handler.
Go: k8s.io/apiserver/pkg/server#DefaultBuildHandlerChain.
"""

import asyncio
import datetime as dt
from contextlib import suppress
from dataclasses import replace
from typing import Final

from aiohttp import web

from dashboard.demo import logs, refusal, review
from dashboard.demo.fault import Faults, end, first, misbehave
from dashboard.demo.listing import Listing
from dashboard.demo.policy import DEMO, NOBODY, Policy, Subject
from dashboard.demo.printing import Press, compact
from dashboard.demo.recording import Object
from dashboard.demo.refusal import Plain, Refusal
from dashboard.demo.request import Form, Options, Place, attributes, form, options, place
from dashboard.demo.response import JSON, TEXT, gzipped, headers_of, whole
from dashboard.demo.selector import Selector
from dashboard.demo.storage import Version
from dashboard.demo.watching import Watch
from dashboard.demo.world import World

GZIP_BYTES: Final = 128 * 1024
"""Smaller answers are not compressed. Go: defaultGzipThresholdBytes of responsewriters."""

SHUTDOWN_S: Final = 0.1
OBJECTS: Final = frozenset({Form.JSON, Form.TABLE, Form.METADATA})
DISCOVERY: Final = frozenset({Form.JSON, Form.DISCOVERY})
HEALTH: Final = frozenset({"/livez", "/readyz", "/healthz"})


class Apiserver:
    """An API server on a free port of loopback. `faults` are for tests; there are none by itself."""

    def __init__(self, world: World) -> None:
        """Listen nowhere yet."""
        self.faults = Faults()
        self.server = ""
        """Its address, once started."""
        self._world = world
        self._policy = Policy(world.storage)
        self._resources: dict[str, Object] = {}
        self._stale: set[str] = set()
        for document in world.recording.discovery.values():
            self._read_discovery(document)
        self._runner: web.ServerRunner | None = None

    async def start(self) -> None:
        """Begin to serve."""
        server = web.Server(self._answer, handler_cancellation=True, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.server = f"http://{host}:{port}"

    def hang_up(self) -> None:
        """Close every connection at once, as a load balancer may; go on listening."""
        server = self._runner.server if self._runner is not None else None
        for connection in server.connections if server is not None else ():
            if connection.transport is not None:
                connection.transport.abort()

    async def aclose(self) -> None:
        """End every stream and stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    def _read_discovery(self, document: Object) -> None:
        for group in document["items"]:
            name = group["metadata"].get("name", "")
            for version in group["versions"]:
                if version.get("freshness") == "Stale":
                    self._stale.add(f"/apis/{name}/{version['version']}")
                for resource in version.get("resources") or ():
                    at = Place(name, version["version"], resource=resource["resource"])
                    self._resources[at.kind] = resource

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            return await self._route(request)
        except Refusal as refused:
            headers = {"Retry-After": str(refused.retry_after_s)} if refused.retry_after_s else {}
            return whole(compact(refused.status) + "\n", refused.code, JSON, headers)
        except Plain as plain:
            return whole(plain.text, plain.code, TEXT, {"X-Content-Type-Options": "nosniff"})

    async def _route(self, request: web.BaseRequest) -> web.StreamResponse:
        subject = _subject(request.headers.get("Authorization", ""))
        at = place(request.path)
        is_collection = at is not None and bool(at.resource) and not at.name
        query = options(request.query) if is_collection and request.method == "GET" else None
        selector = None
        if at is not None and query is not None:
            selector = Selector(at.kind, query.label_selector, query.field_selector)
        self._authorize(request, subject, at, query, selector)
        if request.method == "POST" and request.path in review.PATHS:
            return await self._review(request, subject)
        if at is None or not at.resource:
            return self._document(request)
        if at.root in self._stale:
            raise Plain(503, refusal.UNAVAILABLE)
        resource = self._resources.get(at.kind)
        if resource is None or at.kind not in self._world.storage.collections:
            raise refusal.unknown_resource()
        if request.method != "GET":
            raise refusal.method_not_allowed()
        if resource["scope"] != "Namespaced" and at.namespace not in {"", at.name}:
            raise refusal.unknown_resource()
        if query is None or selector is None:
            return await self._object(request, at)
        press = self._press(at, resource, request, query.include)
        if query.is_watch:
            return await self._watch(request, at, press, selector, query)
        return await self._list(request, at, press, selector, query)

    def _authorize(
        self,
        request: web.BaseRequest,
        subject: Subject,
        at: Place | None,
        query: Options | None,
        selector: Selector | None,
    ) -> None:
        asked = attributes(
            request.method, request.path, at, selected=selector.name if selector else ""
        )
        if query is not None and query.is_watch:
            asked = replace(asked, verb="watch")
        if request.headers.get("Impersonate-User", "").strip():
            # The verb of constrained impersonation (KEP-5284), which nobody here has.
            asked = replace(asked, verb=f"impersonate-on:user-info:{asked.verb}")
        if self._policy.ask(subject, asked).is_allowed:
            return
        if asked.path:
            raise refusal.forbidden_path(subject.user, asked.verb, asked.path)
        raise refusal.forbidden(
            subject.user, asked.verb, asked.resource, asked.group, asked.namespace, asked.name
        )

    def _document(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer what is about the server: version, health and discovery."""
        recording, path = self._world.recording, request.path.rstrip("/") or "/"
        is_known = path == "/version" or path in HEALTH or path in recording.documents
        if not is_known:
            if any(path.startswith(root) for root in self._stale):
                raise Plain(503, refusal.UNAVAILABLE)
            raise Plain(404, refusal.PAGE_NOT_FOUND)
        if request.method != "GET":
            raise refusal.method_not_allowed()
        if path in HEALTH:
            return whole("ok", 200, TEXT, {"X-Content-Type-Options": "nosniff"})
        if path == "/version":
            return whole(compact(recording.version), 200, JSON)
        accept = request.headers.get("Accept", "")
        if path in recording.discovery and form(accept, allowed=DISCOVERY) is Form.DISCOVERY:
            kind = f"{JSON};g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
            return whole(compact(recording.discovery[path]), 200, kind)
        return whole(compact(recording.documents[path]) + "\n", 200, JSON)

    async def _review(self, request: web.BaseRequest, subject: Subject) -> web.StreamResponse:
        now = dt.datetime.fromtimestamp(self._world.clock.now_ms() // 1000, dt.UTC)
        told = review.answer(
            review.PATHS[request.path],
            await request.read(),
            self._policy,
            subject,
            f"{now:%Y-%m-%dT%H:%M:%SZ}",
        )
        return whole(compact(told) + "\n", 201, JSON)

    async def _object(self, request: web.BaseRequest, at: Place) -> web.StreamResponse:
        version = self._find(at)
        if at.subresource == "log" and at.kind == "pods.v1":
            return await self._log(request, version)
        if at.subresource not in {"", "status"}:
            raise refusal.unknown_resource()
        include = request.query.get("includeObject", "Metadata")
        press = self._press(at, self._resources[at.kind], request, include)
        return whole(press.one(version, self._world.clock.now_ms()) + "\n", 200, JSON)

    def _find(self, at: Place) -> Version:
        namespace = "" if at.resource == "namespaces" and not at.group else at.namespace
        version = self._world.storage.collections[at.kind].get(namespace, at.name)
        if version is None:
            raise refusal.not_found(at.resource, at.group, at.name)
        return version

    async def _log(self, request: web.BaseRequest, version: Version) -> web.StreamResponse:
        query = request.query
        is_previous = query.get("previous") in {"true", "1"}
        log = logs.Log(version.document(), query.get("container", ""), is_previous=is_previous)
        response = web.StreamResponse(headers=headers_of("text/plain"))
        await response.prepare(request)
        with suppress(ConnectionResetError):
            async for piece in logs.read(log, query, self._world.clock):
                await response.write(piece)
            await response.write_eof()
        return response

    def _press(self, at: Place, resource: Object, request: web.BaseRequest, include: str) -> Press:
        recording = self._world.recording
        return Press(
            kind=at.kind,
            api_version=f"{at.group}/{at.version}" if at.group else at.version,
            object_kind=resource["responseKind"]["kind"],
            is_watchable="watch" in resource["verbs"],
            columns=recording.columns[at.kind],
            bookmark=recording.bookmarks.get(at.kind),
            form=form(request.headers.get("Accept", ""), allowed=OBJECTS),
            include=include,
            is_repeating=at.kind in recording.repeating,
        )

    async def _list(
        self,
        request: web.BaseRequest,
        at: Place,
        press: Press,
        selector: Selector,
        query: Options,
    ) -> web.StreamResponse:
        if fault := self.faults.take(at.kind, "list"):
            return await misbehave(request, fault)
        listing = Listing(self._world.storage, press, selector, at.namespace, query)
        pieces = [piece async for piece in listing.pieces(self._world.clock)]
        body = "".join(pieces).encode()
        headers: dict[str, str] = {}
        if len(body) > GZIP_BYTES and "gzip" in request.headers.get("Accept-Encoding", ""):
            body = await asyncio.to_thread(gzipped, body)
            headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return whole(body, 200, JSON, headers)

    async def _watch(
        self,
        request: web.BaseRequest,
        at: Place,
        press: Press,
        selector: Selector,
        query: Options,
    ) -> web.StreamResponse:
        if not press.is_watchable:
            raise refusal.not_watchable(at.resource)
        fault = self.faults.take(at.kind, "watch")
        watch = Watch(self._world.storage, press, selector, at.namespace, query)
        response = web.StreamResponse(headers=headers_of(JSON))
        response.enable_chunked_encoding()
        await response.prepare(request)
        frames = watch.frames(self._world.clock)
        if fault is not None:
            async for frame in first(frames, fault.after):
                await response.write(frame.encode())
            await end(request, response, fault)
            return response
        with suppress(ConnectionResetError):  # whoever listened has left
            async for frame in frames:
                await response.write(frame.encode())
            await response.write_eof()
        return response


def _subject(authorization: str) -> Subject:
    if not authorization:
        return NOBODY
    if authorization == f"Bearer {review.TOKEN}":
        return DEMO
    raise refusal.unauthorized()
