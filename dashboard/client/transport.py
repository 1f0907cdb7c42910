"""The one way to an API server: GET, and POST to five reviews that store nothing. Nothing else.

Read-only is a property of this module (invariant C14): there is no method that takes a verb, and a
path that could reach into a pod or a node is refused before a request is made.
"""

import asyncio
import copy
import re
import ssl
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import aiohttp
from yarl import URL

from dashboard.api.credential import BearerToken
from dashboard.api.status import error_from_status
from dashboard.client.login import Bearer, Certificate, NoLogin, Way
from dashboard.errors import (
    BadRequest,
    CertificateInvalid,
    Silent,
    TimedOut,
    TlsFailed,
    Unreachable,
    WatchClosed,
)
from dashboard.wire.status import decode_status

CONNECT_LIMIT_S = 10.0
"""How long connecting may take, TLS included."""

ANSWER_LIMIT_S = 60.0
"""How long a GET or a review may take: the server's own limit for requests that do not stream."""

INACTIVITY_LIMIT_S = 150.0
"""Silence after which a stream counts as dead.

Bookmarks come about every 60 s, so one may be lost and the next late by 30 s. Source: fact M4.
"""

STREAM_BUFFER_BYTES = 256 * 1024
"""What of a stream is read ahead of whoever takes it: twice this at most."""

GOODBYE_S = 0.25
"""What closing waits for TLS to end. Source: aiohttp's documentation, graceful shutdown."""

CONNECTIONS = 400
"""Sockets to one API server: HTTP/1.1 needs one for each watch, of which there are at most 300."""

USER_AGENT = "portolan"
"""Not a browser's name: for those the server pretty-prints, at twice the bytes."""

REACHING_IN = frozenset({"proxy", "exec", "attach", "portforward"})
"""Subresources whose GET opens a way into a pod, service or node."""

PUBLIC = (
    "host",
    "ssl_ca_cert",
    "ca_cert_data",
    "verify_ssl",
    "disable_strict_ssl_verification",
    "tls_server_name",
    "assert_hostname",
    "proxy",
    "proxy_headers",
)
"""What of a configuration says where the server is, and nothing of who asks."""

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


class _Pool:
    """The sockets to one API server, opened with the first request."""

    def __init__(self, cluster: str, configuration: Any) -> None:  # noqa: ANN401
        # Imported late, as in `client.config`: the package is large.
        from kubernetes.aio.client.rest import RESTClientObject

        configuration.connection_pool_maxsize = CONNECTIONS
        self.configuration = configuration
        try:
            self._trusted = self._authorities()
            self._connection = RESTClientObject(configuration)
        except (ssl.SSLError, OSError) as error:
            raise TlsFailed(cluster=cluster, detail=str(error)) from error
        self._cluster = cluster
        self._session: aiohttp.ClientSession | None = None
        self._former: list[aiohttp.ClientSession] = []
        self._certificate: Certificate | None = None

    def take(self, certificate: Certificate | None) -> None:
        """Use `certificate` for connections from now on; streams that are open go on as they are."""
        if certificate is None or certificate == self._certificate:
            return
        try:
            with tempfile.TemporaryDirectory() as folder:  # readable by its owner alone
                paths = Path(folder) / "certificate.pem", Path(folder) / "key.pem"
                for path, text in zip(paths, certificate, strict=True):
                    path.write_text(text, encoding="ascii")
                self._connection.ssl_context.load_cert_chain(*paths)
        except (ssl.SSLError, OSError, ValueError) as error:
            raise CertificateInvalid(cluster=self._cluster, detail=str(error)) from error
        self._certificate = certificate
        self._leave_session()

    def trust_anew(self, failed: aiohttp.ClientSession) -> bool:
        """Trust the authorities that the file names now; return whether `failed` trusted others.

        Streams that are open go on as they are. A file that cannot be used yet changes nothing.
        """
        from kubernetes.aio.client.rest import RESTClientObject

        try:
            found = self._authorities()
            if found != self._trusted:
                self._connection = RESTClientObject(self.configuration)
                self._trusted, self._certificate = found, None
                self._leave_session()
        except (ssl.SSLError, OSError):
            return False
        return self._session is not failed

    def _authorities(self) -> bytes:
        path = self.configuration.ssl_ca_cert
        return Path(path).read_bytes() if path else b""

    def _leave_session(self) -> None:
        if self._session is not None:
            self._former.append(self._session)
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # Not in the constructor: a cookie jar needs a running loop, and none is ever wanted.
            self.configuration.client_session_kwargs = {"cookie_jar": aiohttp.DummyCookieJar()}
            self._session = self._connection._create_pool_manager()
        return self._session

    async def aclose(self) -> None:
        for former in self._former:
            await former.close()
        if self._session is not None:
            await self._session.close()
            # A request that was cancelled says goodbye in TLS, which aiohttp does not wait for.
            is_tls = self.configuration.host.startswith("https:")
            await asyncio.sleep(GOODBYE_S if is_tls else 0)


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
        self._pool = _Pool(cluster, way.configuration)

    def nobody(self) -> "Transport":
        """Return a transport to the same server that has nothing of this one's credential.

        Its sockets are its own: a client certificate belongs to a connection, and would decide
        before any token. The caller closes it.
        """
        from kubernetes.aio.client import Configuration

        bare = type.__call__(Configuration)
        for name in PUBLIC:
            setattr(bare, name, getattr(self._configuration, name))
        return Transport(self._cluster, Way(bare, NoLogin()))

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
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Hold a GET open and yield its body in chunks as they come.

        A refusal is raised on entering. Inside, WatchClosed is raised for a broken connection and
        Silent after INACTIVITY_LIMIT_S of silence; a clean end just ends the iteration.
        """
        timeout = aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_LIMIT_S, sock_read=INACTIVITY_LIMIT_S
        )
        with _our_errors(self._cluster):
            response = await self._send(
                "GET", path, query, accept=accept, timeout=timeout, buffer=STREAM_BUFFER_BYTES
            )
        try:
            yield self._chunks(path, response)
        finally:
            # Nothing is left to be said on a stream: waiting for TLS to say goodbye could take long.
            if response.connection is not None and response.connection.transport is not None:
                response.connection.transport.abort()
            response.close()

    async def _chunks(self, path: str, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except TimeoutError as error:
            raise Silent(gvr=path, limit_s=INACTIVITY_LIMIT_S) from error
        except (aiohttp.ClientError, OSError) as error:
            raise WatchClosed(gvr=path, detail=str(error)) from error

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
        with _our_errors(self._cluster):
            response = await self._send(
                method, path, query, accept=accept, timeout=timeout, body=body, etag=etag
            )
            async with response:
                return Answer(
                    await response.read(),
                    response.headers.get("Content-Type", ""),
                    response.headers.get("ETag", ""),
                    response.status == HTTPStatus.NOT_MODIFIED,
                )

    async def _send(  # noqa: PLR0913
        self,
        method: str,
        path: str,
        query: Sequence[tuple[str, str]],
        *,
        accept: str,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
        body: bytes | None = None,
        etag: str = "",
        buffer: int | None = None,
    ) -> aiohttp.ClientResponse:
        """Return the answer, its body unread, or raise what its Status means."""
        if _reaches_in(path):
            raise BadRequest(gvr=path, verb=method, detail="no request leaves for such a path")
        headers = {"Accept": accept, "User-Agent": USER_AGENT}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag:
            headers["If-None-Match"] = etag
        url = URL(
            f"{self._host}{path}?{urlencode(query)}" if query else f"{self._host}{path}",
            encoded=True,
        )
        response = await self._request(method, url, headers, body, timeout, buffer)
        if response.status == HTTPStatus.UNAUTHORIZED:
            refused = response.request_info.headers.get("Authorization")
            if await self._login.renew(refused):
                response.release()
                response = await self._request(method, url, headers, body, timeout, buffer)
        if etag and response.status == HTTPStatus.NOT_MODIFIED:
            return response
        if 200 <= response.status < 300:
            return response
        async with response:
            status = decode_status(
                await response.read(),
                code=response.status,
                retry_after=response.headers.get("Retry-After"),
            )
        verb = "watch" if ("watch", "true") in query else method.lower()
        raise error_from_status(
            status, gvr=path, verb=verb, is_watch_list=("sendInitialEvents", "true") in query
        )

    async def _request(
        self,
        method: str,
        url: URL,
        headers: dict[str, str],
        body: bytes | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
        buffer: int | None,
    ) -> aiohttp.ClientResponse:
        """Send once, with the login of now and under the authorities of now."""
        authorization = await self._login.header()
        if authorization:
            headers = headers | {"Authorization": authorization}
        while True:
            self._pool.take(self._login.certificate)
            session = self._pool.session
            try:
                return await session.request(
                    method,
                    url,
                    headers=headers,
                    data=body,
                    timeout=timeout,
                    read_bufsize=buffer,
                    allow_redirects=False,
                    proxy=self._configuration.proxy,
                    proxy_headers=self._configuration.proxy_headers,
                    server_hostname=self._configuration.tls_server_name or None,
                )
            except (aiohttp.ClientSSLError, ssl.SSLError):
                if not self._pool.trust_anew(session):
                    raise


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
