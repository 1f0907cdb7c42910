"""Names are looked for by SQLite, the best fits first, and no further than they are wanted."""

import pytest

from portal.source.index import Index
from portal.source.search import Finder, read
from portal.source.view import Collection
from tests.support.imported import take_files

M = "example.org/m"
FILES = {
    "sea/sea.go": """package sea

func sea() {}

type Ship struct{ Mast int }

func (s *Ship) Sail() {}

func (s *Ship) SailHome() {}

type ShipYard interface{ Build() }

var é = 1

func init() {}
""",
    "port/port.go": "package port\n\nconst Ship = 1\n\ntype Harbour struct{ Ship int }\n\nfunc ship() {}\n",
    **{f"many/f{at}.go": f"package many\n\nfunc Many{at:02}() {{}}\n" for at in range(40)},
    "many/go_test.go": "package many\n\nfunc ManyTests() {}\n",
    "yaml.v2/y.go": "package yaml\n\ntype Node struct{}\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """A module of few names."""
    return Index(take_files(Collection(tmp_path_factory.mktemp("index")), FILES))


def find(index: Index, text: str, limit: int = 20) -> Finder:
    """Return what fits a question."""
    asked = read(text)
    assert asked is not None
    return index.search(asked, limit)


def names(finder: Finder) -> list[str]:
    """Return names with the last of their import paths."""
    return [f"{one.importpath.rpartition('/')[2]}.{one.name}" for one in finder.found]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Ship", ["port.Ship", "sea.Ship", "port.ship", "port.Harbour.Ship", "sea.ShipYard"]),
        ("shipy", ["sea.ShipYard"]),
        ("Ship.Sail", ["sea.Ship.Sail", "sea.Ship.SailHome"]),
        ("ship.sailh", ["sea.Ship.SailHome"]),
        ("sea.Sh", ["sea.Ship", "sea.ShipYard", "sea.Ship.Mast", "sea.Ship.Sail"]),
        ("Shi.Sai", ["sea.Ship.Sail", "sea.Ship.SailHome"]),
        ("SSH", ["sea.Ship.SailHome"]),
        ("ShYa", ["sea.ShipYard"]),
        ("hipya", ["sea.ShipYard"]),
        ("Ship.", ["sea.Ship.Mast", "sea.Ship.Sail", "sea.Ship.SailHome"]),
        (f"{M}/sea#S", ["sea.sea", "sea.Ship", "sea.ShipYard", "sea.Ship.Mast"]),
        ("yaml.v2.Node", ["yaml.v2.Node"]),
        ("init", []),
        ("Nowhere", []),
    ],
)
def test_the_best_fits_come_first(index: Index, asked: str, found: list[str]) -> None:
    assert names(find(index, asked))[: len(found)] == found


def test_what_is_found_says_what_it_is(index: Index) -> None:
    """Also a name that its package has too."""
    assert {one.name: one.kind.value for one in find(index, "sea").found}["sea"] == "func"
    kinds = {
        (one.importpath.rpartition("/")[2], one.name): one.kind.value
        for one in find(index, "Ship").found
    }
    assert kinds["port", "Ship"] == "const"
    assert kinds["port", "ship"] == "func"
    assert kinds["port", "Harbour.Ship"] == "field"
    assert kinds["sea", "Ship"] == "struct"
    assert kinds["sea", "ShipYard"] == "interface"
    assert kinds["sea", "Ship.Sail"] == "method"


def test_what_fits_worse_than_enough_others_is_not_counted(index: Index) -> None:
    """And it is said that it was not; tests are no part of it."""
    every = find(index, "Many", 60)
    assert (len(every.found), every.total, every.is_cut) == (40, 40, False)
    assert find(index, "Many", 10).is_cut

    cut = find(index, "Ship", 2)
    assert names(cut) == ["port.Ship", "sea.Ship"]
    assert cut.is_cut

    assert not find(index, "ShipYard").is_cut
