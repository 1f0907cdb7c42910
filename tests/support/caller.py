"""A browser at a given address, which asks for a host by name.

Django's AsyncClient always asks for `testserver`: what its constructor takes as headers goes out
under names of CGI (`http-host`), which nothing reads.
"""

from typing import Any
from urllib.parse import unquote

from django.test import AsyncClient

HOST = "127.0.0.1:8000"


class Caller(AsyncClient):
    """Sends `host` with every request, from `address`; `raw_path` replaces the path that is asked for.

    The raw path is one that the ordinary client would take apart, such as `//host`.
    """

    def __init__(self, *, host: str = HOST, address: str = "127.0.0.1", raw_path: str = "") -> None:
        super().__init__()
        self._host = host
        self._address = address
        self._raw_path = raw_path

    def _base_scope(self, **request: Any) -> dict[str, Any]:
        scope: dict[str, Any] = super()._base_scope(**request)  # type: ignore[misc]  # not typed
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", self._host.encode()), *others]
        scope["client"] = [self._address, 50000]
        if self._raw_path:
            scope["path"] = unquote(self._raw_path)
        return scope
