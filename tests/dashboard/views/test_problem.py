"""Whatever is wrong with a cluster, a kubeconfig or an address: a clear page, and nothing dies."""

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from dashboard.client import plugin
from tests.cluster.fixtures import Cluster
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.cluster, pytest.mark.django_db(transaction=True)]

NAME = "harbour"
OTHER_CA = """-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIBADAKBggqhkjOPQQDAjATMREwDwYDVQQDDAhzb21lYm9k
-----END CERTIFICATE-----
"""

Json = dict[str, Any]


class Config(NamedTuple):
    """A kubeconfig under construction: the real one's own cluster and user."""

    folder: Path
    cluster: Json
    user: Json


Broken = Callable[[Config], Config]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def as_it_is(config: Config) -> Config:
    return config


def unreachable(config: Config) -> Config:
    return config._replace(
        cluster={**config.cluster, "server": f"https://127.0.0.1:{closed_port()}"}
    )


def without_its_ca(config: Config) -> Config:
    return config._replace(cluster={"server": config.cluster["server"]})


def with_a_ca_that_is_none(config: Config) -> Config:
    path = config.folder / "ca.crt"
    path.write_text(OTHER_CA)
    server = config.cluster["server"]
    return config._replace(cluster={"server": server, "certificate-authority": str(path)})


def with_an_expired_token(config: Config) -> Config:
    return config._replace(user={"token": "expired"})


def with_no_credential(config: Config) -> Config:
    return config._replace(user={})


def executing(command: str, *arguments: str) -> Broken:
    def made(config: Config) -> Config:
        script = {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": command,
            "args": list(arguments),
            "interactiveMode": "Never",
        }
        return config._replace(user={"exec": script})

    return made


def kubeconfig(cluster: Cluster, folder: Path, broken: Broken, user: str) -> Path:
    """Write the kubeconfig of `user` as `broken` makes it."""
    whole = json.loads(cluster.user(user).read_bytes())
    config = broken(Config(folder, whole["clusters"][0]["cluster"], whole["users"][0]["user"]))
    path = folder / "kubeconfig"
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": NAME,
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME}}],
        "clusters": [{"name": NAME, "cluster": config.cluster}],
        "users": [{"name": NAME, "user": config.user}],
    }
    path.write_text(yaml.safe_dump(document))
    return path


PODS = f"/c/{NAME}/pods.v1"


@pytest.mark.parametrize(
    ("broken", "status", "code", "words"),
    [
        (unreachable, 503, "unreachable", "does not answer"),
        (without_its_ca, 503, "tls_failed", "certificate"),
        (with_a_ca_that_is_none, 503, "tls_failed", "certificate"),
        (with_an_expired_token, 503, "unauthorized", "credential"),
        (with_no_credential, 503, "kubeconfig_invalid", "plugin"),
        (executing("false"), 503, "credential_plugin_failed", "false"),
        (executing("no-such-plugin"), 503, "credential_plugin_failed", "no-such-plugin"),
        (executing("echo", "nonsense"), 503, "credential_plugin_failed", "echo"),
        (executing("sleep", "600"), 503, "credential_plugin_hung", "sleep"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_cluster_that_cannot_be_had_says_why_on_every_page(  # noqa: PLR0917
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: Broken,
    status: int,
    code: str,
    words: str,
) -> None:
    monkeypatch.setattr(plugin, "LIMIT_S", 0.5)
    path = kubeconfig(cluster, tmp_path, broken, "admin")
    async with visiting(path, monkeypatch) as visitor:
        for address in (f"/c/{NAME}/", PODS, f"{PODS}/payments/x", f"{PODS}/payments/x/yaml"):
            page = await assert_told(visitor, address, status, code, words)
            assert "There is no such thing" not in page
        home = await visitor.get("/")
        assert home.status_code == 200
        assert NAME in home.content.decode()
        assert (await visitor.get("/learn/")).status_code == 200


@pytest.mark.parametrize(
    ("user", "address", "status", "code", "words"),
    [
        ("alice", f"/c/{NAME}/nodes.v1", 403, "denied", "kubectl auth can-i list nodes -A"),
        ("alice", f"{PODS}?ns=checkout", 403, "denied", "kubectl auth can-i list pods -n checkout"),
        ("alice", f"{PODS}/checkout/x", 403, "denied", "kubectl auth can-i get pods/x -n checkout"),
        ("alice", f"/c/{NAME}/secrets.v1", 403, "denied", "kubectl auth can-i list secrets"),
        ("admin", f"/c/{NAME}/nonsense.v9.example.com", 404, "unknown_kind", "api-resources"),
        ("admin", "/c/nowhere/pods.v1", 404, "unknown_cluster", "home page"),
        ("admin", "/c/nowhere/", 404, "unknown_cluster", "home page"),
        ("admin", f"{PODS}?sort=nonsense", 400, "invalid_query", "columns are"),
        ("admin", f"{PODS}?columns=nonsense", 400, "invalid_query", "no column"),
        ("admin", f"{PODS}?limit=many", 400, "invalid_query", "whole number"),
        ("admin", f"{PODS}?ns=UPPER", 400, "invalid_name", "UPPER"),
    ],
)
async def test_an_address_that_cannot_be_shown_says_why(  # noqa: PLR0917
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
    address: str,
    status: int,
    code: str,
    words: str,
) -> None:
    path = kubeconfig(cluster, tmp_path, as_it_is, user)
    async with visiting(path, monkeypatch) as visitor:
        await assert_told(visitor, address, status, code, words)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "",
        "{",
        "[]",
        "clusters: 3",
        "\x00\xff",
        "contexts: [{name: a, context: 3}]",
        "current-context: [a]",
    ],
)
async def test_a_kubeconfig_that_is_none_leaves_the_home_page_to_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    path = tmp_path / "kubeconfig"
    if content is not None:
        path.write_text(content)
    async with visiting(path, monkeypatch) as visitor:
        for prefix, said in (("", "No cluster connected"), ("/zh-hans", "kubeconfig")):
            home = await visitor.get(f"{prefix}/")
            assert home.status_code == 200
            assert said in home.content.decode()
        gone = await visitor.data(f"/c/{NAME}/pods.v1")
        assert gone["error"]["code"] == "unknown_cluster"
        assert (await visitor.get("/learn/")).status_code == 200
        assert (await visitor.get("/livez")).status_code == 200


async def assert_told(visitor: Visitor, address: str, status: int, code: str, words: str) -> str:
    """Return the page, once it says `words` with `status`, in both languages and as data."""
    english = await visitor.get(address)
    chinese = await visitor.get(f"/zh-hans{address}")
    as_data = await visitor.get(f"{address}{'&' if '?' in address else '?'}format=json")
    assert (english.status_code, chinese.status_code, as_data.status_code) == (status,) * 3
    page: str = english.content.decode()
    assert words in page, page[page.find("<main") :][:1500]
    assert "Traceback" not in page
    assert 'lang="zh-Hans"' in chinese.content.decode()
    body = json.loads(as_data.content)
    assert "rows" not in body
    assert body["error"]["code"] == code
    assert body["error"]["message"]
    assert body["state"] == ("denied" if status == 403 else "unknown")
    return page
