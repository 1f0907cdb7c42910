"""Every environment variable that Portolan reads, what it means, and a clear refusal of bad values.

The list is the registry: the documentation check holds it against README.md, both ways.
"""

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from portal.resource import checkout

AUTH_MODES = ("link", "none")
"""The ways to be let in that this version has; DESIGN's others arrive with their pages."""


class BadValue(Exception):
    """A variable holds something that Portolan cannot run with; `str()` says what to do."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        """Say which variable, what it holds and what it should."""
        super().__init__(f"{name}={value!r}: {wanted}")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, and one sentence that is true of it."""

    name: str
    meaning: str


VARIABLES = (
    Variable("PORTOLAN_DATA", "Folder of databases, built assets and imported source."),
    Variable(
        "PORTOLAN_CONTEXT", "Comma-separated kubeconfig contexts to offer; the first is connected."
    ),
    Variable(
        "PORTOLAN_AUTH",
        "How people are let in: link (a secret link, printed at start) or none (loopback only).",
    ),
    Variable("PORTOLAN_BIND", "Address and port to listen on."),
    Variable(
        "PORTOLAN_HOSTS",
        "Comma-separated host names that requests may name besides the loopback ones.",
    ),
    Variable(
        "PORTOLAN_DEBUG", "1 shows tracebacks and the living page of the design system at /-/look."
    ),
    Variable(
        "PORTOLAN_SECRET_KEY_FILE",
        "File with Django's secret key; else one is made in PORTOLAN_DATA.",
    ),
    Variable("PORTOLAN_METRICS_TOKEN", "Bearer token that opens /metrics to others than loopback."),
    Variable(
        "DATABASE_URL", "Where users, notes and saved views live; else SQLite in PORTOLAN_DATA."
    ),
    Variable("REDIS_URL", "Redis for hints between replicas; unset means one process."),
    Variable("KUBECONFIG", "Kubeconfig files as kubectl reads them."),
    Variable("NO_COLOR", "Plain lines instead of coloured ones on the terminal."),
)
"""In the order in which README.md lists them."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment says, parsed once; see `read`."""

    data: Path
    contexts: tuple[str, ...]
    auth: str
    host: str
    port: int
    hosts: tuple[str, ...]
    debug: bool
    secret_key: str = field(repr=False)
    metrics_token: str | None = field(repr=False)
    database_url: str | None = field(repr=False)
    redis_url: str | None = field(repr=False)

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Return whether `host`, an address or name without port, is this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Return the environment, checked; makes PORTOLAN_DATA if it does not exist.

    Raises BadValue for the first variable that Portolan cannot run with.
    """
    data = _data_folder(environ)
    host, port = _bind(environ.get("PORTOLAN_BIND", "127.0.0.1:8000"))
    auth = environ.get("PORTOLAN_AUTH", "link")
    if auth not in AUTH_MODES:
        raise BadValue("PORTOLAN_AUTH", auth, f"use one of {', '.join(AUTH_MODES)}")
    if not is_loopback(host):
        raise BadValue(
            "PORTOLAN_BIND",
            host,
            f"PORTOLAN_AUTH={auth} is for one person on one machine; use 127.0.0.1",
        )
    return Environment(
        data=data,
        contexts=_words(environ.get("PORTOLAN_CONTEXT", "")),
        auth=auth,
        host=host,
        port=port,
        hosts=_words(environ.get("PORTOLAN_HOSTS", "")),
        debug=_switch("PORTOLAN_DEBUG", environ),
        secret_key=_secret_key(environ, data),
        metrics_token=environ.get("PORTOLAN_METRICS_TOKEN") or None,
        database_url=environ.get("DATABASE_URL") or None,
        redis_url=environ.get("REDIS_URL") or None,
    )


def secret_file(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in `path`, made there first if absent, readable by its owner alone.

    Two processes that start at once agree: the file appears whole, by a link, or not at all.
    """
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def _switch(name: str, environ: Mapping[str, str]) -> bool:
    value = environ.get(name, "")
    if value not in {"", "0", "1"}:
        raise BadValue(name, value, "use 1 or 0")
    return value == "1"


def _bind(value: str) -> tuple[str, int]:
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdigit() or not 0 <= int(port) <= 65535 or not host:
        raise BadValue("PORTOLAN_BIND", value, "use ADDRESS:PORT, such as 127.0.0.1:8000")
    return host.strip("[]"), int(port)


def _data_folder(environ: Mapping[str, str]) -> Path:
    root = checkout()
    if named := environ.get("PORTOLAN_DATA"):
        data = Path(named).expanduser().absolute()
    elif root:
        data = root / "var"
    else:
        data = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "portolan"
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue(
            "PORTOLAN_DATA", str(data), f"the folder cannot be made: {error.strerror}"
        ) from error
    return data


def _secret_key(environ: Mapping[str, str], data: Path) -> str:
    named = environ.get("PORTOLAN_SECRET_KEY_FILE")
    if not named:
        return secret_file(data / "secret-key", lambda: secrets.token_urlsafe(50))
    try:
        key = Path(named).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadValue(
            "PORTOLAN_SECRET_KEY_FILE", named, f"cannot be read: {error.strerror}"
        ) from error
    if len(key) < 50:
        raise BadValue(
            "PORTOLAN_SECRET_KEY_FILE", named, "the key in it is shorter than 50 characters"
        )
    return key
