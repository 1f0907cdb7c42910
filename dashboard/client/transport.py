"""The one way to an API server: GET, and POST to five reviews that store nothing. Nothing else.

Read-only is a property of this module (invariant C14): there is no method that takes a verb, and a
path that could reach into a pod or a node is refused before a request is made.
"""

import copy
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar
from urllib.parse import unquote, urlencode

import aiohttp
from yarl import URL

from dashboard.api.credential import BearerToken
from dashboard.api.status import error_from_status
from dashboard.client.login import Bearer, NoLogin, Way
from dashboard.client.pool import CONNECT_LIMIT_S, Pool, bare
from dashboard.errors import (
    BadRequest,
    Silent,
    TimedOut,
    TlsFailed,
    Unreachable,
    WatchClosed,
)
from dashboard.wire.status import decode_status

ANSWER_LIMIT_S = 60.0
"""How long a GET or a review may take: the server's own limit for requests that do not stream."""

INACTIVITY_LIMIT_S = 150.0
"""Silence after which a stream counts as dead.

Bookmarks come about every 60 s, so one may be lost and the next late by 30 s. Source: fact M4.
"""

USER_AGENT = "portolan"
"""Not a browser's name: for those the server pretty-prints, at twice the bytes."""

REACHING_IN = frozenset({"proxy", "exec", "attach", "portforward"})
"""Subresources whose GET opens a way into a pod, service or node."""

COLLECTIONS = re.compile(r"/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/[^/]+(?=/))?(?=/)")
"""What stands before RESOURCE in a path, with its namespace if it names one."""


class Review(StrEnum):
    """The paths that may be POSTed to."""

    SUBJECT_ACCESS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
    SELF_SUBJECT_ACCESS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    SELF_SUBJECT_RULES = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    SELF_SUBJECT = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    TOKEN = "/apis/authentication.k8s.io/v1/tokenreviews"  # noqa: S105  (a path)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer with status 2xx, or 304 to a GET that named an ETag."""

    body: bytes
    content_type: str
    etag: str = ""
    is_unchanged: bool = False


class _Reply(Protocol):
    """An answer that has begun, on whichever socket."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self) -> bytes: ...
    def close(self) -> None: ...


R = TypeVar("R", bound=_Reply)
_Headers = dict[str, str]


class Transport:
    """Requests to one API server with one credential, which is loaded before and renewed by it.

    Raises only types of dashboard.errors. Close it with `aclose`.
    """

    def __init__(self, cluster: str, way: Way) -> None:
        """`way` is what `client.config.load` returned; `cluster` names it in errors."""
        self._cluster = cluster
        self._configuration = way.configuration
        self._login = way.login
        self._host: str = way.configuration.host.rstrip("/")
        self._pool = Pool(cluster, way.configuration)

    def nobody(self) -> "Transport":
        """Return a transport to the same server that has nothing of this one's credential.

        Its sockets are its own: a client certificate belongs to a connection, and would decide
        before any token. The caller closes it.
        """
        return Transport(self._cluster, Way(bare(self._configuration), NoLogin()))

    def speaking(self, token: BearerToken) -> "Transport":
        """Return this transport with `token` in place of its login; both share the sockets."""
        spoken = copy.copy(self)
        spoken._login = Bearer(token)
        return spoken

    async def aclose(self) -> None:
        """Close every connection, streams included."""
        await self._pool.aclose()

    async def get(
        self, path: str, query: Sequence[tuple[str, str]] = (), *, accept: str, etag: str = ""
    ) -> Answer:
        """Return the whole answer to a GET; `accept` is the Accept header.

        With the `etag` of an earlier answer, one that is still true is `is_unchanged` and empty.
        """
        timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT_S, sock_connect=CONNECT_LIMIT_S)
        return await self._whole("GET", path, query, accept=accept, timeout=timeout, etag=etag)

    async def review(self, review: Review, body: bytes) -> Answer:
        """Return the answer to a review, which changes nothing on the server."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_LIMIT_S, sock_connect=CONNECT_LIMIT_S)
        return await self._whole(
            "POST", review.value, (), accept="application/json", timeout=timeout, body=body
        )

    @asynccontextmanager
    async def stream(
        self, path: str, query: Sequence[tuple[str, str]], *, accept: str
    ) -> AsyncIterator[AsyncIterator[list[bytes]]]:
        """Hold a GET open and yield its body as it comes, in the pieces in which it was sent.

        A refusal is raised on entering. Inside, WatchClosed is raised for a broken connection and
        Silent after INACTIVITY_LIMIT_S of silence; a clean end just ends the iteration.
        """
        once = partial(self._pool.open, silence_s=INACTIVITY_LIMIT_S)
        with _our_errors(self._cluster):
            opened = await self._send("GET", path, query, {"Accept": accept}, once)
        try:
            yield _ended(path, opened.pieces())
        finally:
            opened.close()

    async def _whole(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        *,
        accept: str,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  (aiohttp's own limits, by phase)
        body: bytes | None = None,
        etag: str = "",
    ) -> Answer:
        headers = {"Accept": accept}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag:
            headers["If-None-Match"] = etag
        once = partial(self._pool.send, method, timeout=timeout, body=body)
        with _our_errors(self._cluster):
            response = await self._send(method, path, query, headers, once)
            async with response:
                return Answer(
                    await response.read(),
                    response.headers.get("Content-Type", ""),
                    response.headers.get("ETag", ""),
                    response.status == HTTPStatus.NOT_MODIFIED,
                )

    async def _send(
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        headers: _Headers,
        once: Callable[[aiohttp.ClientSession, URL, _Headers], Awaitable[R]],
    ) -> R:
        """Return the answer, its body unread, or raise what its Status means."""
        if _reaches_in(path):
            raise BadRequest(gvr=path, verb=method, detail="no request leaves for such a path")
        url = URL(
            f"{self._host}{path}?{urlencode(query)}" if query else f"{self._host}{path}",
            encoded=True,
        )
        headers = headers | {"User-Agent": USER_AGENT}
        reply, refused = await self._request(url, headers, once)
        if reply.status == HTTPStatus.UNAUTHORIZED and await self._login.renew(refused):
            reply.close()
            reply, _ = await self._request(url, headers, once)
        is_unchanged = "If-None-Match" in headers and reply.status == HTTPStatus.NOT_MODIFIED
        if is_unchanged or 200 <= reply.status < 300:
            return reply
        try:
            status = decode_status(
                await reply.read(),
                code=reply.status,
                retry_after=reply.headers.get("retry-after"),
            )
        finally:
            reply.close()
        verb = "watch" if ("watch", "true") in query else method.lower()
        raise error_from_status(
            status, gvr=path, verb=verb, is_watch_list=("sendInitialEvents", "true") in query
        )

    async def _request(
        self,
        url: URL,
        headers: _Headers,
        once: Callable[[aiohttp.ClientSession, URL, _Headers], Awaitable[R]],
    ) -> tuple[R, str | None]:
        """Send with the login of now, under the authorities of now; return the answer and that login."""
        authorization = await self._login.header()
        if authorization:
            headers = headers | {"Authorization": authorization}
        while True:
            self._pool.take(self._login.certificate)
            session = self._pool.session
            try:
                return await once(session, url, headers), authorization
            except (aiohttp.ClientSSLError, ssl.SSLError):
                if not self._pool.trust_anew(session):
                    raise


async def _ended(path: str, body: AsyncIterator[list[bytes]]) -> AsyncIterator[list[bytes]]:
    """Yield `body`; raise errors of ours for what ends it."""
    try:
        async for pieces in body:
            yield pieces
    except TimeoutError as error:
        raise Silent(gvr=path, limit_s=INACTIVITY_LIMIT_S) from error
    except (aiohttp.ClientError, OSError) as error:
        raise WatchClosed(gvr=path, detail=str(error)) from error


def _reaches_in(path: str) -> bool:
    """Whether a path leads into a pod, node or service, or is not what it looks like."""
    parts = [unquote(part) for part in path.split("/")]
    if any(part in {".", ".."} or set(part) & {"/", "%"} for part in parts):
        return True
    root = COLLECTIONS.match(path)
    if root is None:
        return bool(REACHING_IN.intersection(parts))
    # RESOURCE/NAME/SUBRESOURCE: an object may be called proxy, and so may a namespace.
    resource, _name, *deeper = [*path[root.end() + 1 :].split("/"), ""]
    return bool(REACHING_IN.intersection(map(unquote, [resource, *deeper])))


@contextmanager
def _our_errors(cluster: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise TimedOut(cluster=cluster, detail=str(error)) from error
    except (aiohttp.ClientSSLError, ssl.SSLError) as error:
        raise TlsFailed(cluster=cluster, detail=str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(cluster=cluster, detail=str(error)) from error
