"""How a request says who asks: an Authorization header, and what renews it.

Go: k8s.io/client-go/transport#HTTPWrappersForConfig. A client certificate is part of the connection
instead, and kept in the configuration.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from dashboard.api.credential import BearerToken
from dashboard.errors import KubeconfigInvalid

FILE_LIFE_S = 10.0
"""How long a token that was read from a file counts; a kubelet renews it well before it expires."""


class Certificate(NamedTuple):
    """A client certificate and its key, as PEM."""

    certificate: str
    key: str


class Login(Protocol):
    """One credential of one cluster, for as long as it can be renewed."""

    @property
    def certificate(self) -> Certificate | None:
        """The client certificate that `header` found, where it does not find a token."""
        ...

    async def header(self) -> str | None:
        """Return the Authorization header of now, None to send none. Raises a ConfigurationError."""
        ...

    async def renew(self, refused: str | None) -> bool:
        """Forget the header that the API server refused; return whether another try can fare better.

        Many requests may be refused together, and one of them has renewed it before the others ask.
        """
        ...


class NoLogin:
    """Sends no header: the certificate of the connection says who asks, or nothing does."""

    certificate: Certificate | None = None

    async def header(self) -> str | None:
        """Return None."""
        return None

    async def renew(self, refused: str | None) -> bool:  # noqa: ARG002  (Login's signature)
        """Return False."""
        return False


class Fixed(NoLogin):
    """Sends the same header always."""

    def __init__(self, header: str) -> None:
        """Keep `header`, scheme included."""
        self._header = header

    async def header(self) -> str | None:
        """Return it."""
        return self._header


class Bearer(Fixed):
    """Sends one token that nothing renews."""

    def __init__(self, token: BearerToken) -> None:
        """Keep `token`."""
        super().__init__(f"Bearer {token}")


class TokenFile(NoLogin):
    """Sends what a file holds, read again every FILE_LIFE_S (Go: transport#NewCachedFileTokenSource)."""

    def __init__(self, path: Path, cluster: str) -> None:
        """Read nothing yet; `cluster` names it in errors."""
        self._path = path
        self._cluster = cluster
        self._token = ""
        self._read_at = -FILE_LIFE_S

    async def header(self) -> str | None:
        """Return the token of now; while the file cannot be read, the one before."""
        now = time.monotonic()
        if now - self._read_at >= FILE_LIFE_S:
            try:
                text = await asyncio.to_thread(self._path.read_text, encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                if not self._token:
                    raise KubeconfigInvalid(cluster=self._cluster, detail=str(error)) from error
                text = self._token
            if not text.strip():
                detail = f"{self._path} is empty"
                raise KubeconfigInvalid(cluster=self._cluster, detail=detail)
            self._token, self._read_at = text.strip(), now
        return f"Bearer {self._token}"

    async def renew(self, refused: str | None) -> bool:
        """Read the file again unless somebody has; return whether it holds another token."""
        if refused == f"Bearer {self._token}":
            self._read_at = -FILE_LIFE_S
        return await self.header() != refused


@dataclass(frozen=True, slots=True)
class Way:
    """All that a transport needs: where and under which TLS, and who asks."""

    configuration: Any
    """A kubernetes.aio Configuration, without a token."""
    login: Login
