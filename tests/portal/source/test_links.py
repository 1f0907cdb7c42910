"""A name that is rendered as a link leads to its definition: Go's own type checker is asked of 2,000."""

import random
from collections.abc import Iterator
from pathlib import Path
from posixpath import basename, dirname

import pytest

from portal.source.errors import NoSuchFile
from portal.source.exact import answers, checker
from portal.source.exact.answers import Verdict
from portal.source.fetch import ModuleCache
from portal.source.golang import parse
from portal.source.index import Index
from portal.source.package import Packages
from portal.source.scope import Reference, references
from portal.source.snapshot import Shelf
from portal.source.tree import Tree
from portal.source.view import View
from tests.cluster import toolchain
from tests.support.imported import imported
from tests.support.source import CACHES

pytestmark = [pytest.mark.source, pytest.mark.timeout(600)]

SAMPLE = 2_000
A_FILE = 20
ENOUGH = 0.995


@pytest.fixture(scope="module")
def whole(shelf: Shelf) -> View:
    """The pinned version, all of it."""
    return imported(shelf.get("kubernetes", "v1.36.3"))


def links(tree: Tree, view: View) -> Iterator[tuple[str, int, Reference]]:
    """Yield (path, offset in bytes, what it leads to) of names in files drawn from all of them."""
    draw, packages = random.Random(5), Packages()
    paths = sorted(
        path
        for paths in view.paths.values()
        for path in paths
        if path.endswith(".go") and "/testdata/" not in path
    )
    while True:
        path = draw.choice(paths)
        try:
            package = packages.get(tree, tree.importpath_of(dirname(path)))
        except NoSuchFile:
            continue
        if basename(path) not in package.outline:
            continue
        source, file = parse(tree.read(path)), basename(path)
        shown = [
            one
            for one in references(
                source, package.importpath, package.names_for(file), package.outline[file]
            )
            if not one.is_definition and tree.snapshot.module_of(one.importpath)
        ]
        for one in draw.sample(shown, min(len(shown), A_FILE)):
            yield path, len(source.text[: one.span.start].encode()), one


def test_links_lead_to_what_the_type_checker_says(whole: View, tmp_path: Path) -> None:
    place = tmp_path / "exact"
    checker.check(Index(whole), CACHES, place, toolchain.find(checker.MINIMUM))
    known = answers.of(place)
    assert known is not None
    right = wrong = 0
    for path, offset, one in links(Tree(whole.snapshot, ModuleCache([]), whole), whole):
        match known.uses(one.importpath, one.name)(path, offset):
            case Verdict.IS:
                right += 1
            case Verdict.IS_NOT:
                wrong += 1
        if right + wrong == SAMPLE:
            break

    assert right / SAMPLE >= ENOUGH, f"{wrong} of {SAMPLE} lead elsewhere"
