"""Contexts are found as kubectl finds them, and credentials that cannot be honoured are refused."""

import os
from pathlib import Path

import pytest
import yaml

from dashboard.client import config
from dashboard.errors import (
    CredentialPluginFailed,
    KubeconfigInvalid,
    UnsupportedAuthProvider,
)
from tests.support.apiserver import kubeconfig

SERVER = "https://127.0.0.1:6443"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    monkeypatch.setenv("HOME", str(place))
    return place


def test_nothing_found_says_where_it_was_looked_for(tmp_path: Path) -> None:
    found = config.find(tmp_path, {"KUBECONFIG": "/nowhere"})

    assert found.found == ()
    assert found.source is None
    assert found.tried == (
        "KUBECONFIG=/nowhere",
        "make cluster",
        "~/.kube/config",
        "the service account of a pod",
    )


def test_the_first_file_of_a_list_wins(tmp_path: Path) -> None:
    first = kubeconfig(tmp_path, SERVER, name="one")
    second = kubeconfig(tmp_path, SERVER, name="two")

    found = config.find(
        tmp_path, {"KUBECONFIG": f"{tmp_path}/missing{os.pathsep}{first}{os.pathsep}{second}"}
    )

    assert [context.name for context in found.found] == ["one", "two"]
    assert found.current == "one"


def test_a_control_plane_that_was_stopped_is_passed_over(tmp_path: Path, home: Path) -> None:
    (tmp_path / "cluster").mkdir()
    kubeconfig(tmp_path / "cluster", "https://127.0.0.1:1").rename(
        tmp_path / "cluster" / "kubeconfig"
    )
    (home / ".kube").mkdir()
    kubeconfig(home / ".kube", SERVER, name="mine").rename(home / ".kube" / "config")

    assert config.find(tmp_path, {}).source == "~/.kube/config"


def test_a_kubeconfig_that_is_no_yaml_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("{", encoding="utf-8")

    trouble = config.find(tmp_path, {"KUBECONFIG": str(broken)}).trouble

    assert isinstance(trouble, KubeconfigInvalid)
    assert str(broken) in trouble.message


@pytest.mark.parametrize(
    ("name", "expected"),
    [("prod-eu-1", "prod-eu-1"), ("Prod EU", "prod-eu-4bc8d7"), ("///", "8a7f2e")],
)
def test_a_slug_that_changed_carries_a_digest(name: str, expected: str) -> None:
    found = config.slug(name)

    assert found == expected or (len(found) == len(expected) and found[:-6] == expected[:-6])


def test_two_names_never_share_a_slug() -> None:
    assert config.slug("a/b") != config.slug("a b")


@pytest.mark.parametrize(
    ("user", "error"),
    [
        ({"auth-provider": {"name": "oidc"}}, UnsupportedAuthProvider),
        ({"token": "t", "as": "root"}, KubeconfigInvalid),
        (
            {"exec": {"command": "false", "apiVersion": "client.authentication.k8s.io/v1"}},
            CredentialPluginFailed,
        ),
    ],
)
async def test_a_credential_that_cannot_be_honoured_is_refused(
    tmp_path: Path, user: dict[str, object], error: type[Exception]
) -> None:
    path = kubeconfig(tmp_path, SERVER, user=user)
    found = config.find(tmp_path, {"KUBECONFIG": str(path)})

    with pytest.raises(error):
        await config.load(found.found[0])


async def test_a_context_without_a_user_is_no_way_to_be_anonymous(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, SERVER)
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    document["users"] = []
    path.write_text(yaml.safe_dump(document), encoding="utf-8")

    with pytest.raises(KubeconfigInvalid, match="no user"):
        await config.load(config.find(tmp_path, {"KUBECONFIG": str(path)}).found[0])
