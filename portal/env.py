"""Every environment variable that Portolan reads, what it means, and a clear refusal of bad values.

The list is the registry: the documentation check holds it against README.md, both ways.
"""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from portal.resource import checkout
from portal.secretfile import NoSecret, secret_file

AUTH_MODES = ("link", "none", "token")
"""The ways to be let in that this version has; DESIGN's others arrive with their pages."""

LAPTOP_MODES = frozenset({"link", "none"})
"""Those for one person on one machine, whom every visitor then is on the cluster."""

HIDDEN = "(hidden)"
"""Stands in messages for a value that may hold a password."""

SECRET_KEY_LENGTH = 50
"""Characters of the shortest secret key that Django's own check accepts (security.W009)."""

DEMO_PODS = 1000
DEMO_PODS_MOST = 2000
"""As many as the nodes of the demo can hold."""

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]", re.IGNORECASE)


class BadValue(Exception):
    """A variable holds something that Portolan cannot run with; `str()` says what to do."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        """Say which variable, what it holds and what it should."""
        super().__init__(f"{name}={value if value == HIDDEN else repr(value)}: {wanted}")


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
        "PORTOLAN_RESIDENT",
        "Comma-separated kinds to keep in memory while a cluster is connected, such as pods.v1; none "
        "keeps none. Unset: namespaces, nodes, pods, events and workloads.",
    ),
    Variable(
        "PORTOLAN_DEMO",
        "1 shows the demo cluster, whatever other clusters there are; 0 never does.",
    ),
    Variable("PORTOLAN_DEMO_PODS", "Pods of the demo cluster, 1000 unless named."),
    Variable(
        "PORTOLAN_AUTH",
        "How people are let in: link (a secret link, printed at start), none (loopback only), or "
        "token (each with a bearer token of the cluster, in a header or by signing in).",
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
        "PORTOLAN_EXACT",
        "0 keeps Go's type checker from going over a version that a page has imported; unset, it does "
        "where Go and 2 GiB of memory are at hand.",
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
    """What the environment says, parsed once; see `read`.

    `demo` None leaves it to the start: the demo is shown where there is no cluster.
    """

    data: Path
    contexts: tuple[str, ...]
    resident: tuple[str, ...] | None
    auth: str
    host: str
    port: int
    hosts: tuple[str, ...]
    debug: bool
    demo: bool | None
    demo_pods: int
    exact: bool
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
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Return the environment, checked; makes PORTOLAN_DATA if it does not exist.

    A variable that is empty counts as unset. Raises BadValue for the first that Portolan cannot
    run with.
    """
    host, port = _bind(environ)
    demo = _switch(environ, "PORTOLAN_DEMO") if environ.get("PORTOLAN_DEMO") else None
    # Nothing in the demo is anybody's, so nobody is asked who they are.
    auth = environ.get("PORTOLAN_AUTH") or ("none" if demo else "link")
    if auth not in AUTH_MODES:
        raise BadValue("PORTOLAN_AUTH", auth, f"use one of {', '.join(AUTH_MODES)}")
    if auth in LAPTOP_MODES and not is_loopback(host):
        raise BadValue(
            "PORTOLAN_BIND",
            environ["PORTOLAN_BIND"],
            f"PORTOLAN_AUTH={auth} is for one person on one machine; use 127.0.0.1:{port}",
        )
    data = _data_folder(environ)
    return Environment(
        data=data,
        contexts=_words(environ, "PORTOLAN_CONTEXT"),
        resident=_resident(environ),
        auth=auth,
        host=host,
        port=port,
        hosts=_hosts(environ),
        debug=_switch(environ, "PORTOLAN_DEBUG"),
        demo=demo,
        demo_pods=_demo_pods(environ),
        exact=not environ.get("PORTOLAN_EXACT") or _switch(environ, "PORTOLAN_EXACT"),
        secret_key=_secret_key(environ, data),
        metrics_token=_metrics_token(environ),
        database_url=_database_url(environ),
        redis_url=_redis_url(environ),
    )


def _words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(word for part in environ.get(name, "").split(",") if (word := part.strip()))


def _resident(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    words = _words(environ, "PORTOLAN_RESIDENT")
    return () if words == ("none",) else words or None


def _hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    hosts = _words(environ, "PORTOLAN_HOSTS")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise BadValue(
                "PORTOLAN_HOSTS", host, "use host names without scheme, port or *, such as box.lan"
            )
    return hosts


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "")
    if value not in {"", "0", "1"}:
        raise BadValue(name, value, "use 1 or 0")
    return value == "1"


def _demo_pods(environ: Mapping[str, str]) -> int:
    value = environ.get("PORTOLAN_DEMO_PODS") or str(DEMO_PODS)
    if not re.fullmatch(r"[0-9]{1,4}", value) or not 0 < int(value) <= DEMO_PODS_MOST:
        raise BadValue("PORTOLAN_DEMO_PODS", value, f"use a number from 1 to {DEMO_PODS_MOST}")
    return int(value)


def _bind(environ: Mapping[str, str]) -> tuple[str, int]:
    value = environ.get("PORTOLAN_BIND") or "127.0.0.1:8000"
    form = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^:\[\]]+)):([0-9]{1,5})", value)
    if form is None or not 0 < int(form[3]) <= 65535:
        raise BadValue(
            "PORTOLAN_BIND", value, "use ADDRESS:PORT, such as 127.0.0.1:8000 or [::1]:8000"
        )
    return form[1] or form[2], int(form[3])


def _data_folder(environ: Mapping[str, str]) -> Path:
    root = checkout()
    named = environ.get("PORTOLAN_DATA")
    try:
        if named:
            data = Path(named).expanduser().absolute()
        elif root:
            data = root / "var"
        else:
            data = _xdg_data_home(environ) / "portolan"
    except RuntimeError as error:  # no home folder
        raise BadValue("PORTOLAN_DATA", named or "", f"name a folder: {error}") from error
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue(
            "PORTOLAN_DATA",
            str(data),
            f"the folder cannot be made ({error.strerror}); name another",
        ) from error
    if not os.access(data, os.W_OK | os.X_OK):
        raise BadValue("PORTOLAN_DATA", str(data), "the folder cannot be written to; name another")
    return data


def _xdg_data_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of the XDG Base Directory Specification 0.8: a relative one is ignored."""
    named = Path(environ.get("XDG_DATA_HOME", ""))
    return named if named.is_absolute() else Path("~/.local/share").expanduser()


def _secret_key(environ: Mapping[str, str], data: Path) -> str:
    named = environ.get("PORTOLAN_SECRET_KEY_FILE")
    if not named:
        try:
            return secret_file(data / "secret-key", SECRET_KEY_LENGTH)
        except NoSecret as error:
            raise BadValue("PORTOLAN_DATA", str(data), str(error)) from error
    try:
        key = Path(named).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadValue(
            "PORTOLAN_SECRET_KEY_FILE", named, f"cannot be read ({error.strerror}); name another"
        ) from error
    except UnicodeDecodeError as error:
        raise BadValue(
            "PORTOLAN_SECRET_KEY_FILE", named, "is not text; name a file with a line of text"
        ) from error
    if len(key) < SECRET_KEY_LENGTH:
        raise BadValue(
            "PORTOLAN_SECRET_KEY_FILE",
            named,
            f"the key in it is too short; use at least {SECRET_KEY_LENGTH} characters",
        )
    return key


def _metrics_token(environ: Mapping[str, str]) -> str | None:
    token = environ.get("PORTOLAN_METRICS_TOKEN") or None
    # RFC 6750, b64token: what an Authorization header can carry.
    if token is not None and not re.fullmatch(r"[A-Za-z0-9._~+/-]{16,}=*", token):
        raise BadValue(
            "PORTOLAN_METRICS_TOKEN",
            HIDDEN,
            "use at least 16 letters and digits, as `openssl rand -hex 16` prints",
        )
    return token


def _database_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("DATABASE_URL")
    if not url:
        return None
    wanted = "use sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
    scheme, path = _scheme_and_path("DATABASE_URL", url, wanted)
    if scheme not in {"sqlite", "postgres", "postgresql"} or not path.strip("/"):
        raise BadValue("DATABASE_URL", HIDDEN, wanted)
    if scheme != "sqlite":
        _require("psycopg", "DATABASE_URL")
    return url


def _redis_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("REDIS_URL")
    if not url:
        return None
    wanted = "use redis://HOST:6379/0, rediss://… or unix://SOCKET"
    scheme, _ = _scheme_and_path("REDIS_URL", url, wanted)
    if scheme not in {"redis", "rediss", "unix"}:
        raise BadValue("REDIS_URL", HIDDEN, wanted)
    _require("channels_redis", "REDIS_URL")
    return url


def _scheme_and_path(name: str, url: str, wanted: str) -> tuple[str, str]:
    """Return scheme and path of `url`. Raises BadValue if host or port cannot be read."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # read to be checked
    except ValueError:
        # Not chained: the message would quote what may be a password.
        raise BadValue(name, HIDDEN, wanted) from None
    return parts.scheme, parts.path


def _require(module: str, name: str) -> None:
    if find_spec(module) is None:
        raise BadValue(
            name, HIDDEN, f"needs the package {module}; install portolan[prod] or unset it"
        )
