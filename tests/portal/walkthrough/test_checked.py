"""Where Go's type checker has been run, pages tell what it says, and that it says so."""

import pytest
from django.test import AsyncClient

from portal.source.exact import checker
from portal.walkthrough.kinship import COMPARER
from portal.walkthrough.stock import Where, stock
from tests.cluster import toolchain
from tests.portal.walkthrough.test_pages import get
from tests.support import editions

SEA = "symbol/example.org/sea"
FILES = {
    "go.mod": "module example.org/sea\n",
    "a.go": "package sea\n\ntype Ringer interface{ Ring() }\n\ntype Buoy struct{}\n\n"
    "func (b *Buoy) Ring() {}\n\ntype Lone struct{}\n\n"
    "func Sail(b Ringer, other interface{ Ring() }) {\n\tb.Ring()\n\tother.Ring()\n}\n\n"
    "func Race() {\n\tSail(nil, nil)\n}\n",
    "torn/torn.go": 'package torn\n\nimport "example.org/gone"\n\ntype Bell struct{ gone.Bell }\n\n'
    "func (Bell) Ring() {}\n\nfunc (Bell) Rust() {}\n\nfunc Toll(b Bell) {\n\tgone.Get().Rust()\n}\n",
}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """A version, imported and checked; a package of it needs another module, which is not here."""
    where = editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": FILES})
    store = stock(where)
    index = store.index("sea@v1.0.0")
    assert store.collection is not None
    assert index is not None
    place = store.collection.exact(index.view.snapshot)
    checker.check(index, [], place, toolchain.find(checker.MINIMUM))
    return where


async def test_a_call_is_of_what_go_says(visitor: AsyncClient) -> None:
    """Of an interface's method, and not of a type's that has one of that name."""
    callees = (await visitor.get(f"/{SEA}/Sail?show=calls&way=callees")).json()
    callers = (await visitor.get(f"/{SEA}/Sail?show=calls&way=callers")).json()
    guessed = (await visitor.get(f"/{SEA}/torn/Toll?show=calls&way=callees")).json()

    assert callees["is_checked"] is callers["is_checked"] is True
    assert [(one["name"], one["calls"], one["certainty"]) for one in callees["lines"]] == [
        ("Ringer.Ring", 1, "exact")
    ]
    assert callees["lines"][0]["where"] == "a.go:12"
    assert [one["name"] for one in callers["lines"]] == ["Race"]
    assert [(one["name"], one["certainty"]) for one in guessed["lines"]] == [
        ("Bell.Rust", "likely")
    ]


async def test_the_page_of_calls_says_who_says_so(visitor: AsyncClient) -> None:
    page = (await get(visitor, f"{SEA}/Sail?show=calls")).html

    assert page.count("checked by Go’s own type checker") == 2
    assert 'data-checked="' in (await get(visitor, f"{SEA}/Sail")).html


async def test_the_page_of_kin_says_who_says_so(visitor: AsyncClient) -> None:
    """Go of what it could check; method sets of the rest, and how much that is."""
    try:
        ringer = (await get(visitor, f"{SEA}/Ringer?show=kin")).html
        buoy = (await get(visitor, f"{SEA}/Buoy?show=kin")).html
        bell = (await get(visitor, f"{SEA}/torn/Bell?show=kin")).html
        lone = (await get(visitor, f"{SEA}/Lone?show=kin")).html
    finally:
        COMPARER.close()

    for page in (ringer, buoy):
        assert "checked by Go’s own type checker, for linux/amd64" in page
        assert "method sets compared" not in page
    assert ">*Buoy</a>" in ringer
    assert ">Bell</a>" in ringer
    assert "by method sets, where it could not check: 1" in ringer
    assert ">*Ringer</a>" in buoy, "its pointer alone does"
    assert "could not check" not in buoy
    assert "nothing implements it" in lone
    assert "checked by Go’s own type checker" in lone
    assert ">Ringer</a>" in bell
    assert "method sets compared, for linux/amd64" in bell
