"""What stands at an anchor, and how far it has drifted."""

import pytest

from portal.source.errors import NoSuchSymbol, NotImported
from portal.source.golang import Source
from portal.source.symbols import Symbol, declared
from portal.source.tree import Tree
from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.excerpt import Grade, NoSuchStatement, find, grade
from portal.walkthrough.filepage import FileView, FolderView, view_path
from portal.walkthrough.links import Links
from portal.walkthrough.pane import make_pane, parse_pane
from portal.walkthrough.stock import Where, stock
from portal.walkthrough.symbolpage import view_symbol

LINKS = Links("/symbol/", "/source/", "/learn/")
KEY = "kubernetes@v1.36.3"
CHAIN = "go:k8s.io/apiserver/pkg/server#DefaultBuildHandlerChain"


def made(text: str, file: str = "a.go") -> Symbol:
    return declared(Source(f"package a\n{text}\n"), file)[0]


THEN = made("func F(a int) { g() }")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (THEN, Grade.SAME),
        (made("\nfunc F(a int) { g() }"), Grade.MOVED),
        (made("func F(a int) { g() }", "b.go"), Grade.MOVED),
        (made("// news\nfunc F(a int) {\n\tg() // why\n}"), Grade.MOVED),
        (made("func F(a int) { h() }"), Grade.BODY),
        (made("func F(a string) { g() }"), Grade.SIGNATURE),
    ],
)
def test_drift_is_graded_against_the_symbol_as_it_was(now: Symbol, expected: Grade) -> None:
    anchor = Anchor("p", "F", digest=THEN.digest[:8])

    assert grade(anchor, now, THEN) is expected


def test_without_the_old_source_the_digest_alone_speaks() -> None:
    anchor = Anchor("p", "F", digest=THEN.digest[:8])

    assert grade(anchor, THEN, None) is Grade.SAME
    assert grade(anchor, made("func F(a string) { g() }"), None) is Grade.BODY


@pytest.mark.source
def test_a_pane_shows_the_lines_of_its_statements(where: Where) -> None:
    spec = parse_pane(f"{CHAIN}~c670ac44", "show head\nshow /8a32e039\nnote 2 /8a32e039\n")

    pane = make_pane(where, KEY, "v1.36.3", spec, LINKS)

    assert pane.grade is Grade.SAME
    assert pane.path == "staging/src/k8s.io/apiserver/pkg/server/config.go"
    assert [(row.number, row.cut) for row in pane.rows] == [
        (1036, 0),
        (1037, 3),
        (1040, 0),
        (1041, 78),
    ]
    marked = [row for row in pane.rows if row.is_on]
    assert [row.notes for row in marked] == [(2,)]
    assert "/symbol/k8s.io/apiserver/pkg/endpoints/filters/WithAuthorization" in marked[0].html


@pytest.mark.source
def test_statements_that_are_gone_leave_the_rest_and_are_told(where: Where) -> None:
    spec = parse_pane(f"{CHAIN}~00000000", "show /ffffffff\nshow /8a32e039\nnote 1 /ffffffff\n")

    pane = make_pane(where, KEY, "v1.36.3", spec, LINKS)

    assert pane.grade is Grade.BODY
    assert pane.rows[0].number == 1040
    assert pane.lost_notes == (1,)


@pytest.mark.source
def test_a_statement_that_stands_several_times_is_no_place(where: Where, real: Tree) -> None:
    place = find(stock(where).packages, real, anchors.parse(CHAIN))

    with pytest.raises(NoSuchStatement, match="5 statements"):
        place.statement("91c00e5e")


def test_nobody_can_tell_what_is_not_imported(nowhere: Where) -> None:
    with pytest.raises(NotImported):
        make_pane(nowhere, KEY, "v1.36.3", parse_pane(CHAIN, ""), LINKS)


@pytest.mark.source
def test_files_and_folders_are_told_apart(where: Where) -> None:
    folder = view_path(where, KEY, "staging/src/k8s.io/apiserver/pkg/server", LINKS)
    file = view_path(where, KEY, "staging/src/k8s.io/apiserver/pkg/server/signal.go", LINKS)

    assert isinstance(folder, FolderView)
    assert "config.go" in [name for name, _, _ in folder.entries]
    assert isinstance(file, FileView)
    assert file.importpath == "k8s.io/apiserver/pkg/server"
    assert '<li id="L1" data-fold="15" data-sort="licence">' in file.rows
    assert '<li id="L2">' in file.rows
    assert "signal_windows.go" in [sibling.label for sibling in file.siblings]


@pytest.mark.source
def test_a_symbol_knows_its_members_and_its_package(where: Where) -> None:
    view = view_symbol(where, KEY, "k8s.io/client-go/tools/cache", "Reflector.watch", LINKS)

    assert view.signature.startswith("func (r *Reflector) watch(")
    assert "ListAndWatch" in [member.label for member in view.members]
    assert "NewReflector" in [symbol.label for symbol in view.package]
    assert view.href.startswith(
        f"/source/{KEY}/staging/src/k8s.io/client-go/tools/cache/reflector.go?symbol=Reflector.watch#L"
    )
    with pytest.raises(NoSuchSymbol):
        view_symbol(where, KEY, "k8s.io/client-go/tools/cache", "Reflector.wach", LINKS)


@pytest.mark.source
def test_every_note_stands_beside_a_line_or_is_said_to_be_lost(where: Where) -> None:
    shows = (
        "show /8a32e039\nshow head .. /00000000\nnote 1 head\nnote 2 /0fddfce0\nnote 3 /00000000\n"
    )

    pane = make_pane(where, KEY, "v1.36.3", parse_pane(f"{CHAIN}~c670ac44", shows), LINKS)

    beside = {note: row.html for row in pane.rows for note in row.notes}
    assert set(beside) == {1, 2}
    assert "TrackStarted" in beside[2]
    assert pane.lost_notes == (3,)
    assert len(pane.rows) < 10
