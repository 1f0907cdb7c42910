"""Highlighted lines keep every character and link exactly the identifiers that name one symbol."""

import html
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers.go import GoLexer

from portal.source.golang import Source, Span, parse
from portal.source.package import Packages
from portal.source.scope import Reference, Use, references
from portal.source.tree import Tree
from portal.walkthrough.highlight import MAX_CHARACTERS, highlight, plain

FOLDERS = (
    "staging/src/k8s.io/apiserver/pkg/server",
    "staging/src/k8s.io/client-go/tools/cache",
    "staging/src/k8s.io/apimachinery/pkg/util/sets",
)


def bare(lines: tuple[str, ...]) -> str:
    """Return the text that lines of HTML show."""
    return html.unescape(re.sub(r"<[^>]*>", "", "\n".join(lines)))


def address(reference: Reference) -> str:
    return f"/{reference.name}"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="\r"), max_size=200))
def test_every_character_is_kept(text: str) -> None:
    lines = highlight(text, (), address)

    assert bare(lines) == text.removesuffix("\n")
    assert bare(plain(text)) == text.removesuffix("\n")


def test_identifiers_are_links_and_the_rest_is_coloured() -> None:
    text = 'func F() { g("<b>") } // 注\n'
    found = [
        Reference(Span(5, 6), "p", "F", Use.FUNC, is_definition=True),
        Reference(Span(11, 12), "p", "g", Use.FUNC),
    ]

    (line,) = highlight(text, found, address)

    assert '<span class="kd">func</span>' in line
    assert '<a class="fn def" href="/F">F</a>' in line
    assert '<a class="fn" href="/g">g</a>' in line
    assert '<span class="s">&quot;&lt;b&gt;&quot;</span>' in line
    assert '<span class="c1">// 注</span>' in line


def test_comments_of_several_lines_are_closed_on_each() -> None:
    lines = highlight("/* a\nb */\nvar x = `1\n2`\n", (), address)

    assert lines[0] == '<span class="cm">/* a</span>'
    assert lines[1] == '<span class="cm">b */</span>'
    assert all(line.count("<span") == line.count("</span>") for line in lines)


def test_names_that_lead_nowhere_are_no_links() -> None:
    (line,) = highlight("x", [Reference(Span(0, 1), "p", "x", Use.OTHER)], lambda _: None)

    assert line == "x"


def test_long_files_are_plain() -> None:
    text = "var x = 1\n" * (MAX_CHARACTERS // 10 + 1)

    assert highlight(text, (), address)[0] == "var x = 1"


def test_addresses_are_escaped() -> None:
    (line,) = highlight("x", [Reference(Span(0, 1), "p", "x", Use.OTHER)], lambda _: '"><b>')

    assert line == '<a class="id" href="&quot;&gt;&lt;b&gt;">x</a>'


@pytest.mark.source
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_reference_of_real_files_is_one_whole_token(real: Tree, folder: str) -> None:
    package = Packages().get(real, real.importpath_of(folder))
    for file in (*package.files, *package.tests):
        source = parse(real.read(f"{folder}/{file}"))
        tokens = {
            (start, start + len(value))
            for start, _, value in GoLexer().get_tokens_unprocessed(source.text)
        }
        found = references(
            source, package.importpath, package.names_for(file), package.outline[file]
        )

        astray = [r for r in found if (r.span.start, r.span.end) not in tokens]

        assert not astray, (file, astray[:3])
        assert bare(highlight(source.text, found, address)) == source.text.removesuffix("\n")


def test_characters_beyond_the_first_plane_shift_nothing() -> None:
    text = 'package a\n\nvar s = "🧭é门"\n\nfunc F() { F() }\n'
    source = Source(text)
    found = references(source, "a", {}, ())
    assert found == []

    from portal.source.symbols import declared

    symbols = declared(source, "a.go")
    names = {symbol.name: symbol.kind for symbol in symbols}
    last = highlight(text, references(source, "a", names, symbols), address)[-1]

    assert last.count('href="/F">F</a>') == 2
