"""Which clusters there are, and how to reach them: kubeconfig, `make cluster`, in-cluster.

The official loader does the work behind this module; what it gets wrong is decided here
(kubernetes 37.0.2): the first file of KUBECONFIG wins, a failed plugin is an error instead of an
anonymous client, and credentials that cannot be honoured are refused in words.
"""

import base64
import hashlib
import os
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from dashboard.api.credential import BearerToken
from dashboard.client.login import Bearer, Fixed, Login, NoLogin, TokenFile, Way
from dashboard.client.plugin import Command, Plugin
from dashboard.errors import (
    CertificateInvalid,
    ConfigurationError,
    KubeconfigInvalid,
    UnsupportedAuthProvider,
)

ALIVE_LIMIT_S = 0.5
"""How long a loopback control plane may take to accept a connection before it counts as stopped."""

CERTIFICATE = (
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
)
PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
IMPERSONATION = ("as", "as-uid", "as-groups", "as-user-extra")

IN_CLUSTER = "in-cluster"
TOKEN_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True, slots=True)
class Context:
    """One way into one cluster, as a kubeconfig names it. `files` is empty in a pod.

    `namespace` is the one that kubectl would look into, "" where the file does not say.
    """

    name: str
    slug: str
    server: str
    files: tuple[Path, ...]
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class Contexts:
    """What was found and where. `source` is None when nothing was; `tried` then says what to do."""

    found: tuple[Context, ...]
    current: str | None
    source: str | None
    tried: tuple[str, ...]
    trouble: ConfigurationError | None = None


def slug(name: str) -> str:
    """Return the CLUSTER of addresses: `name`, or a slug of it and six hex digits of its sha256."""
    plain = re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-")
    if plain == name:
        return plain
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{plain}-{digest}" if plain else digest


def find(data: Path, environ: Mapping[str, str] = os.environ) -> Contexts:
    """Return the contexts of the first source that exists; reads files, opens one loopback port.

    The order is KUBECONFIG, a live `make cluster`, ~/.kube/config, in-cluster.
    """
    tried: list[str] = []
    for label, files in _sources(data, environ):
        tried.append(label)
        present = tuple(path for path in files if path.is_file())
        if not present:
            continue
        try:
            found, current = _read(present)
        except ConfigurationError as trouble:
            return Contexts((), None, label, tuple(tried), trouble)
        if files == _control_plane(data) and not any(_alive(context) for context in found):
            continue
        if found:
            return Contexts(found, current, label, tuple(tried))
    tried.append("the service account of a pod")
    if "KUBERNETES_SERVICE_HOST" in environ and TOKEN_FILE.is_file():
        server = f"https://{environ['KUBERNETES_SERVICE_HOST']}"
        context = Context(IN_CLUSTER, IN_CLUSTER, server, ())
        return Contexts((context,), IN_CLUSTER, tried[-1], tuple(tried))
    return Contexts((), None, None, tuple(tried))


async def load(context: Context) -> Way:
    """Return how to reach the cluster of `context`, and as whom; a plugin has run once.

    Raises a ConfigurationError that says what to do; never falls back to being anonymous.
    """
    # Imported late: the package costs half a second and 50 MB, and a start without a cluster
    # needs neither.
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.config import load_incluster_config, load_kube_config_from_dict

    configuration = type.__call__(Configuration)  # the class's own call would share a default
    if not context.files:
        load_incluster_config(client_configuration=configuration, try_refresh_token=False)
        configuration.api_key.clear()
        return Way(configuration, TokenFile(TOKEN_FILE, context.name))
    entry = _entry(context)
    login = _login(entry)
    await login.header()  # a credential that cannot be had is told now
    document = {
        "contexts": [{"name": "one", "context": {"cluster": "one", "user": "one"}}],
        "clusters": [{"name": "one", "cluster": entry.cluster}],
        "users": [{"name": "one", "user": entry.certificate}],
    }
    try:
        await load_kube_config_from_dict(
            document, context="one", client_configuration=configuration
        )
    except (OSError, ValueError) as error:
        raise CertificateInvalid(cluster=context.name, detail=str(error)) from error
    except Exception as error:
        raise KubeconfigInvalid(cluster=context.name, detail=str(error)) from error
    return Way(configuration, login)


def _sources(data: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, tuple[Path, ...]]]:
    if named := environ.get("KUBECONFIG"):
        files = tuple(Path(part).expanduser() for part in named.split(os.pathsep) if part)
        yield f"KUBECONFIG={named}", files
    yield "make cluster", _control_plane(data)
    yield "~/.kube/config", (Path.home() / ".kube" / "config",)


def _control_plane(data: Path) -> tuple[Path, ...]:
    return (data / "cluster" / "kubeconfig",)


def _read(files: tuple[Path, ...]) -> tuple[tuple[Context, ...], str | None]:
    """Return the contexts of `files`, the first that names one winning, as in kubectl."""
    servers: dict[str, str] = {}
    clusters: dict[str, dict[str, Any]] = {}
    current: str | None = None
    for path in files:
        document = _document(path)
        for item in _named(document, "clusters"):
            servers.setdefault(item["name"], str((item.get("cluster") or {}).get("server", "")))
        for item in _named(document, "contexts"):
            clusters.setdefault(item["name"], item.get("context") or {})
        current = current or document.get("current-context") or None
    found = tuple(
        Context(
            name,
            slug(name),
            servers.get(str(said.get("cluster", "")), ""),
            files,
            str(said.get("namespace") or ""),
        )
        for name, said in clusters.items()
    )
    return found, current if current in clusters else None


def _document(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise KubeconfigInvalid(cluster=str(path), detail=str(error)) from error
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise KubeconfigInvalid(cluster=str(path), detail="the file is not a mapping")
    for section, inner in (("clusters", "cluster"), ("contexts", "context"), ("users", "user")):
        items = document.get(section) or []
        if not isinstance(items, list):
            raise KubeconfigInvalid(cluster=str(path), detail=f"{section} is not a list")
        for item in items:
            if isinstance(item, dict) and not isinstance(item.get(inner) or {}, dict):
                raise KubeconfigInvalid(cluster=str(path), detail=f"a {inner} is not a mapping")
    if not isinstance(document.get("current-context") or "", str):
        raise KubeconfigInvalid(cluster=str(path), detail="current-context is not a name")
    return document


def _named(document: dict[str, Any], section: str) -> list[dict[str, Any]]:
    items = document.get(section) or []
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)]


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the files say of one context, with every path made absolute.

    `cluster` and `certificate` are for the official loader, which is given nothing else: it reads a
    token file once, and goes on without a name when a plugin fails (kubernetes 37.0.2).
    """

    context: Context
    cluster: dict[str, Any]
    user: dict[str, Any] = field(repr=False)
    certificate: dict[str, Any] = field(repr=False)
    folder: Path


def _entry(context: Context) -> _Entry:
    """Return the cluster and user of `context`, the first file that names each winning."""
    contexts: dict[str, dict[str, Any]] = {}
    clusters: dict[str, tuple[dict[str, Any], Path]] = {}
    users: dict[str, tuple[dict[str, Any], Path]] = {}
    for path in context.files:
        document = _document(path)
        for item in _named(document, "contexts"):
            contexts.setdefault(item["name"], item.get("context") or {})
        for item in _named(document, "clusters"):
            clusters.setdefault(item["name"], (item.get("cluster") or {}, path.absolute().parent))
        for item in _named(document, "users"):
            users.setdefault(item["name"], (item.get("user") or {}, path.absolute().parent))
    names = contexts.get(context.name, {})
    cluster, beside = clusters.get(str(names.get("cluster", "")), ({}, Path()))
    if not cluster.get("server"):
        detail = "the context names no cluster that exists"
        raise KubeconfigInvalid(cluster=context.name, detail=detail)
    user, folder = users.get(str(names.get("user", "")), (None, Path()))
    if user is None:
        raise KubeconfigInvalid(
            cluster=context.name, detail="the context names no user that exists"
        )
    certificate = {name: user[name] for name in CERTIFICATE if user.get(name)}
    return _Entry(
        context=context,
        cluster=_absolute(cluster, beside),
        user=_absolute(user, folder),
        certificate=_absolute(certificate, folder),
        folder=folder,
    )


def _absolute(section: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return `section` with the paths in it relative to the file that named them."""
    named = {name: str(folder / str(section[name])) for name in PATHS if section.get(name)}
    return section | named


def _login(entry: _Entry) -> Login:
    """Return how the user of `entry` logs in, or raise for one that cannot be honoured.

    Go: k8s.io/client-go/tools/clientcmd#getUserIdentificationPartialConfig, whose order this is.
    """
    user, name = entry.user, entry.context.name
    if user.get("auth-provider"):
        provider = str((user.get("auth-provider") or {}).get("name", ""))
        raise UnsupportedAuthProvider(cluster=name, provider=provider)
    if any(user.get(key) for key in IMPERSONATION):
        detail = "impersonation (as, as-groups) is not honoured; use a user of its own"
        raise KubeconfigInvalid(cluster=name, detail=detail)
    if user.get("tokenFile"):
        return TokenFile(Path(user["tokenFile"]), name)
    if user.get("token"):
        return Bearer(BearerToken(str(user["token"])))
    if user.get("username") and user.get("password"):
        pair = f"{user['username']}:{user['password']}".encode()
        return Fixed(f"Basic {base64.b64encode(pair).decode()}")
    if user.get("exec"):
        return Plugin(Command(name, user["exec"], entry.cluster, entry.folder))
    if not entry.certificate:
        detail = "the user has neither token, certificate nor plugin"
        raise KubeconfigInvalid(cluster=name, detail=detail)
    return NoLogin()


def _alive(context: Context) -> bool:
    address = urlsplit(context.server)
    try:
        with socket.create_connection(
            (address.hostname or "", address.port or 443), timeout=ALIVE_LIMIT_S
        ):
            return True
    except OSError:
        return False
