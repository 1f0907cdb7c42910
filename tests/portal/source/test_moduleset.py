"""A version that nobody listed is made of the modules that proxies have of it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from portal.source.errors import UnknownSnapshot, Unreachable
from portal.source.fetch import escape
from portal.source.moduleset import compose, project_of
from portal.source.proxy import Proxy
from portal.source.snapshot import Module, Shelf, Snapshot

H1 = "h1:" + "A" * 42 + "%s="
LISTED = Snapshot(
    "kubernetes",
    "v1.36.3",
    (
        Module("k8s.io/kubernetes", "v1.36.3", H1 % "a", ""),
        Module("k8s.io/api", "v0.36.3", H1 % "b", "staging/src/k8s.io/api"),
        Module("k8s.io/client-go", "v0.36.3", H1 % "c", "staging/src/k8s.io/client-go"),
    ),
    "Apache-2.0",
    "https://example.org/kubernetes",
)
SHELF = Shelf((LISTED,))

GO_MOD = """module k8s.io/kubernetes

replace (
	k8s.io/api => ./staging/src/k8s.io/api
	k8s.io/new => ./staging/src/k8s.io/new
)
"""


def served(
    root: Path, hashes: Mapping[str, str], mods: Mapping[str, str] | None = None
) -> tuple[Proxy, ...]:
    """Serve go.mod files and the lines of a checksum database, by MODULE@VERSION, from a folder."""
    for key, text in (mods or {}).items():
        path, _, version = key.partition("@")
        place = root / escape(path) / "@v" / f"{version}.mod"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    for key, h1 in hashes.items():
        path, _, version = key.partition("@")
        place = root / "sumdb/sum.golang.org/lookup" / f"{escape(path)}@{version}"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"1\n{path} {version} {h1}\n", encoding="utf-8")
    return (Proxy(f"file://{root}", is_last_on_error=True),)


def test_a_version_is_what_its_own_go_mod_says(tmp_path: Path) -> None:
    asked = served(
        tmp_path,
        {"k8s.io/kubernetes@v1.37.1": H1 % "d", "k8s.io/new@v0.37.1": H1 % "e"},
        {"k8s.io/kubernetes@v1.37.1": GO_MOD},
    )

    found = compose("kubernetes", "v1.37.1", SHELF, asked)

    assert found.snapshot.modules == (
        Module("k8s.io/kubernetes", "v1.37.1", H1 % "d", ""),
        Module("k8s.io/new", "v0.37.1", H1 % "e", "staging/src/k8s.io/new"),
    )
    assert found.left_out == ("k8s.io/api@v0.37.1",)
    assert found.snapshot.lent is None


def test_of_a_version_with_staging_alone_the_nearest_lends_the_rest(tmp_path: Path) -> None:
    asked = served(tmp_path, {"k8s.io/api@v0.37.1": H1 % "f"})

    found = compose("kubernetes", "v1.37.1", SHELF, asked)

    assert found.snapshot.modules == (
        LISTED.modules[0],
        Module("k8s.io/api", "v0.37.1", H1 % "f", "staging/src/k8s.io/api"),
    )
    assert found.snapshot.lent == LISTED.modules[0]
    assert found.left_out == ("k8s.io/kubernetes@v1.37.1", "k8s.io/client-go@v0.37.1")


@pytest.mark.parametrize(
    ("project", "version", "error"),
    [
        ("kubernetes", "v1.37.9", Unreachable),
        ("kubernetes", "main", UnknownSnapshot),
        ("kubernetes", "v1.37.1/../x", UnknownSnapshot),
        ("elsewhere", "v1.0.0", UnknownSnapshot),
    ],
)
def test_what_nobody_has_is_not_made_up(
    tmp_path: Path, project: str, version: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        compose(project, version, SHELF, served(tmp_path, {}))


@pytest.mark.parametrize(
    ("path", "project"),
    [
        ("github.com/polarismesh/polaris-go", "polaris-go"),
        ("github.com/emicklei/go-restful/v3", "go-restful"),
        ("gopkg.in/yaml.v3", "yaml-v3"),
        ("example.org/v2", "example-org"),
    ],
)
def test_a_module_is_called_by_the_end_of_its_path(path: str, project: str) -> None:
    assert project_of(path) == project
