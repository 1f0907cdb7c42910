"""The sockets to one API server, and whom they trust: shared by all who speak to it.

Authorities are read anew when a server's certificate is not signed by those that are known, and a
client certificate when a login brings another.
"""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.request import getproxies, proxy_bypass
from weakref import WeakSet

import aiohttp
from yarl import URL

from dashboard.client.login import Certificate
from dashboard.client.stream import Stream
from dashboard.errors import CertificateInvalid, TlsFailed

CONNECT_LIMIT_S = 10.0
"""How long connecting may take, TLS included."""

STREAM_BUFFER_BYTES = 64 * 1024
"""What of a stream is read ahead of whoever takes it, and what one read of its socket adds.

It is still in the processor's caches when it is decoded: with four times as much, a change costs 6 % more.
"""

READ_BYTES = 64 * 1024
"""What one read of a stream's socket brings at the most."""

GOODBYE_S = 0.25
"""What closing waits for TLS to end. Source: aiohttp's documentation, graceful shutdown."""

CONNECTIONS = 400
"""Sockets to one API server that are taken in turn; behind a proxy each watch has one of them too."""

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


def bare(configuration: Any) -> Any:  # noqa: ANN401
    """Return what `configuration` says of the server, without a credential."""
    from kubernetes.aio.client import Configuration

    found = type.__call__(Configuration)
    for name in PUBLIC:
        setattr(found, name, getattr(configuration, name))
    return found


class Opened(Protocol):
    """An answer that has begun, on a socket that nobody else uses."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...

    def pieces(self) -> AsyncIterator[list[bytes]]: ...
    async def read(self) -> bytes: ...
    def close(self) -> None: ...


class _Proxied:
    """An answer that came by a proxy: aiohttp knows how to ask one."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self.read = response.read

    async def pieces(self) -> AsyncIterator[list[bytes]]:
        async for piece in self._response.content.iter_any():
            yield [piece]

    def close(self) -> None:
        connection = self._response.connection
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        self._response.close()


class Pool:
    """The sockets to one API server, opened with the first request."""

    def __init__(self, cluster: str, configuration: Any) -> None:  # noqa: ANN401
        """Raises TlsFailed for authorities or a certificate that cannot be read."""
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
        self._room = memoryview(bytearray(READ_BYTES))
        self._opened: WeakSet[Opened] = WeakSet()
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
        """The sockets that are taken in turn, under the authorities of now."""
        if self._session is None:
            # Not in the constructor: a cookie jar needs a running loop, and none is ever wanted.
            self.configuration.client_session_kwargs = {"cookie_jar": aiohttp.DummyCookieJar()}
            self._session = self._connection._create_pool_manager()
        return self._session

    async def send(
        self,
        method: str,
        session: aiohttp.ClientSession,
        url: URL,
        headers: Mapping[str, str],
        *,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109  (aiohttp's own limits, by phase)
        body: bytes | None = None,
    ) -> aiohttp.ClientResponse:
        """Send once, on a socket of `session`. Raises aiohttp.ClientError, TimeoutError or OSError."""
        return await session.request(
            method,
            url,
            headers=headers,
            data=body,
            timeout=timeout,
            allow_redirects=False,
            proxy=self.configuration.proxy,
            proxy_headers=self.configuration.proxy_headers,
            server_hostname=self.configuration.tls_server_name or None,
        )

    async def open(
        self,
        session: aiohttp.ClientSession,
        url: URL,
        headers: Mapping[str, str],
        *,
        silence_s: float,
    ) -> Opened:
        """GET once, on a socket of its own unless a proxy stands between. Raises as `send` does."""
        opened: Opened
        if self._is_proxied(url):
            timeout = aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_LIMIT_S, sock_read=silence_s
            )
            opened = _Proxied(await self.send("GET", session, url, headers, timeout=timeout))
        else:
            opened = await Stream.open(
                url,
                headers,
                context=self._connection.ssl_context if url.scheme == "https" else None,
                server_hostname=self.configuration.tls_server_name or url.raw_host or "",
                room=self._room,
                limit_bytes=STREAM_BUFFER_BYTES,
                connect_s=CONNECT_LIMIT_S,
                silence_s=silence_s,
            )
        self._opened.add(opened)
        return opened

    def _is_proxied(self, url: URL) -> bool:
        """Whether the kubeconfig names a proxy, or the environment as aiohttp reads it."""
        return bool(self.configuration.proxy) or (
            url.scheme in getproxies() and not proxy_bypass(url.host or "")
        )

    async def aclose(self) -> None:
        """Close every socket."""
        for opened in self._opened:
            opened.close()
        for former in self._former:
            await former.close()
        if self._session is not None:
            await self._session.close()
            # A request that was cancelled says goodbye in TLS, which aiohttp does not wait for.
            is_tls = self.configuration.host.startswith("https:")
            await asyncio.sleep(GOODBYE_S if is_tls else 0)
