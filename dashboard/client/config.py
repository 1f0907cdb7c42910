"""Which clusters there are, and how to reach them: kubeconfig, `make cluster`, in-cluster.

The official loader does the work behind this module; what it gets wrong is decided here
(kubernetes 37.0.2): the first file of KUBECONFIG wins, a failed plugin is an error instead of an
anonymous client, and credentials that cannot be honoured are refused in words.
"""

import asyncio
import hashlib
import os
import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from dashboard.errors import (
    CertificateInvalid,
    ConfigurationError,
    CredentialPluginFailed,
    CredentialPluginHung,
    KubeconfigInvalid,
    UnsupportedAuthProvider,
)

PLUGIN_LIMIT_S = 30.0
"""How long an exec plugin may take; those that wait for a person take longer than any network."""

ALIVE_LIMIT_S = 0.5
"""How long a loopback control plane may take to accept a connection before it counts as stopped."""

IN_CLUSTER = "in-cluster"
TOKEN_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


@dataclass(frozen=True, slots=True)
class Context:
    """One way into one cluster, as a kubeconfig names it. `files` is empty in a pod."""

    name: str
    slug: str
    server: str
    files: tuple[Path, ...]


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


async def load(context: Context) -> Any:  # noqa: ANN401  (kubernetes.aio is untyped)
    """Return a kubernetes.aio Configuration for `context`, credentials loaded.

    Raises a ConfigurationError that says what to do; never falls back to being anonymous.
    """
    # Imported late: the package costs half a second and 50 MB, and a start without a cluster
    # needs neither.
    from kubernetes.aio.client import Configuration
    from kubernetes.aio.config import load_incluster_config, load_kube_config

    configuration = type.__call__(Configuration)  # the class's own call would share a default
    if not context.files:
        load_incluster_config(client_configuration=configuration)
        return configuration
    user = _user(context)
    plugin = str((user.get("exec") or {}).get("command", "")).rsplit("/", 1)[-1]
    try:
        async with asyncio.timeout(PLUGIN_LIMIT_S):
            await load_kube_config(
                config_file=os.pathsep.join(map(str, context.files)),
                context=context.name,
                client_configuration=configuration,
                persist_config=False,
            )
    except TimeoutError as error:
        raise CredentialPluginHung(cluster=context.name, plugin=plugin) from error
    except (OSError, ValueError) as error:
        raise CertificateInvalid(cluster=context.name, detail=str(error)) from error
    except Exception as error:
        raise KubeconfigInvalid(cluster=context.name, detail=str(error)) from error
    if plugin and not configuration.api_key and not configuration.cert_file:
        # The loader logs a plugin's failure and goes on without a credential.
        raise CredentialPluginFailed(cluster=context.name, plugin=plugin)
    return configuration


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
    clusters: dict[str, str] = {}
    current: str | None = None
    for path in files:
        document = _document(path)
        for item in _named(document, "clusters"):
            servers.setdefault(item["name"], str((item.get("cluster") or {}).get("server", "")))
        for item in _named(document, "contexts"):
            clusters.setdefault(item["name"], str((item.get("context") or {}).get("cluster", "")))
        current = current or document.get("current-context") or None
    found = tuple(
        Context(name, slug(name), servers.get(cluster, ""), files)
        for name, cluster in clusters.items()
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
    return document


def _named(document: dict[str, Any], section: str) -> list[dict[str, Any]]:
    items = document.get(section) or []
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("name"), str)]


def _user(context: Context) -> dict[str, Any]:
    """Return the kubeconfig's user of `context`, or raise for one that cannot be honoured."""
    names: dict[str, str] = {}
    users: dict[str, dict[str, Any]] = {}
    for path in context.files:
        document = _document(path)
        for item in _named(document, "contexts"):
            names.setdefault(item["name"], str((item.get("context") or {}).get("user", "")))
        for item in _named(document, "users"):
            users.setdefault(item["name"], item.get("user") or {})
    user = users.get(names.get(context.name, ""))
    if user is None:
        raise KubeconfigInvalid(
            cluster=context.name, detail="the context names no user that exists"
        )
    if provider := (user.get("auth-provider") or {}).get("name"):
        raise UnsupportedAuthProvider(cluster=context.name, provider=str(provider))
    if any(name in user for name in ("as", "as-uid", "as-groups", "as-user-extra")):
        detail = "impersonation (as, as-groups) is not honoured; use a user of its own"
        raise KubeconfigInvalid(cluster=context.name, detail=detail)
    return user


def _alive(context: Context) -> bool:
    address = urlsplit(context.server)
    try:
        with socket.create_connection(
            (address.hostname or "", address.port or 443), timeout=ALIVE_LIMIT_S
        ):
            return True
    except OSError:
        return False
