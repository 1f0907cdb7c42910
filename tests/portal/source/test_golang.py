"""What a Go text declares, in characters and tokens."""

from collections.abc import Mapping
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.source.golang import PARSE_S, PIECE_BYTES, Source, leaves, parse
from portal.source.symbols import Kind, Symbol, declared, package_name
from portal.source.tree import Tree

TEXT = """// Package zoo keeps animals: 动物园.
package zoo

import "fmt"

/* 前言 */

// Cage holds one animal.
//
//go:generate keeper
// It has a door.
type Cage[A any] struct {
	// Door is "open" or shut — 门.
	Door, Window string `json:"door"`
	*Keeper
	fmt.Stringer
	wall int // thick
	// roof keeps rain out.
	roof bool
}

type (
	// Keeper feeds.
	Keeper interface {
		// Feed gives n pieces.
		Feed(n int) error
	}
	Food = string
)

const (
	Small, Large = iota, "大"
	Huge
	_
)

var door, window = 1, 2

// Open opens the cage.
func (c *Cage[A]) Open(
	key string,
	force bool,
) (err error) {
	if force { // quickly
		return nil
	}
	for i := 0; i < 3; i++ {
		fmt.Println("try;", i)
	}
	return fmt.Errorf("no key %q", key)
}

func New() *Cage[int] { return &Cage[int]{} }
"""


@pytest.fixture
def symbols() -> Mapping[str, Symbol]:
    """The symbols of TEXT by name."""
    return {symbol.name: symbol for symbol in declared(Source(TEXT), "zoo.go")}


def only(text: str) -> Symbol:
    """Return the first symbol of a text."""
    return declared(Source(text), "x.go")[0]


def test_every_declared_name_is_a_symbol_of_its_kind(symbols: Mapping[str, Symbol]) -> None:
    assert {name: str(symbol.kind) for name, symbol in symbols.items()} == {
        "Cage": "struct",
        "Cage.Door": "field",
        "Cage.Window": "field",
        "Cage.Keeper": "field",
        "Cage.Stringer": "field",
        "Cage.wall": "field",
        "Cage.roof": "field",
        "Keeper": "interface",
        "Keeper.Feed": "method",
        "Food": "type",
        "Small": "const",
        "Large": "const",
        "Huge": "const",
        "door": "var",
        "window": "var",
        "Cage.Open": "method",
        "New": "func",
    }


def test_spans_are_characters_though_the_parser_counts_bytes(
    symbols: Mapping[str, Symbol],
) -> None:
    for name, symbol in symbols.items():
        assert TEXT[symbol.name_span.start : symbol.name_span.end] == name.rpartition(".")[2]
        assert TEXT[: symbol.span.start].count("\n") + 1 == symbol.line
        assert TEXT[: symbol.span.end].count("\n") + 1 == symbol.end_line


def test_doc_is_the_comment_directly_above_without_directives(
    symbols: Mapping[str, Symbol],
) -> None:
    assert symbols["Cage"].doc == "Cage holds one animal.\n\nIt has a door."
    assert symbols["Cage.roof"].doc == "roof keeps rain out."
    assert symbols["Keeper"].doc == "Keeper feeds."
    assert symbols["Keeper.Feed"].doc == "Feed gives n pieces."
    assert symbols["New"].doc == ""


def test_signature_is_the_head_on_one_line(symbols: Mapping[str, Symbol]) -> None:
    assert (
        symbols["Cage.Open"].signature
        == "func (c *Cage[A]) Open(key string, force bool) (err error)"
    )
    assert symbols["Cage"].signature == "type Cage[A any] struct"
    assert symbols["Cage.Door"].signature == "Door, Window string"
    assert symbols["Food"].signature == "type Food = string"
    assert symbols["Keeper.Feed"].signature == "func (Keeper) Feed(n int) error"


def test_comments_and_layout_do_not_change_a_digest() -> None:
    plain = only("package a\nfunc F(a, b int) { g(a, b); return }\n")
    spread = only(
        "package a\n\nfunc F(\n\ta, b int,\n) {\n\t// why\n\tg(\n\t\ta,\n\t\tb,\n\t)\n\treturn\n}\n"
    )

    assert plain.digest == spread.digest
    assert plain.signature_digest == spread.signature_digest


@pytest.mark.parametrize(
    "other",
    [
        'func F() { g("a b") }',
        'func F() { g("a  b") }',
        "func F() { g(`a b`) }",
        "func F() { g('a') }",
        "func F() { h() }",
        "func F() { g(a, b) }",
        "func F() { g(a b) }",
    ],
)
def test_other_tokens_are_another_digest(other: str) -> None:
    assert only(f"package a\n{other}\n").digest != only("package a\nfunc F() { g() }\n").digest


def test_body_and_signature_change_apart() -> None:
    first, second, third = (
        only(f"package a\n{text}\n")
        for text in ("func F(a int) { g() }", "func F(a int) { h() }", "func F(a string) { g() }")
    )

    assert first.signature_digest == second.signature_digest != third.signature_digest
    assert len({first.digest, second.digest, third.digest}) == 3


def test_statements_nest_and_carry_their_own_digests(symbols: Mapping[str, Symbol]) -> None:
    statements = symbols["Cage.Open"].statements

    assert [(s.depth, TEXT[s.span.start :].split(maxsplit=1)[0]) for s in statements] == [
        (0, "if"),
        (1, "return"),
        (0, "for"),
        (1, 'fmt.Println("try;",'),
        (0, "return"),
    ]
    assert len({statement.digest for statement in statements}) == 5


def test_receivers_without_a_name_or_with_parameters_name_their_type() -> None:
    text = "package a\nfunc (T) A() {}\nfunc (*T) B() {}\nfunc (m *Map[K, V]) C() {}\n"

    assert [symbol.name for symbol in declared(Source(text), "a.go")] == ["T.A", "T.B", "Map.C"]


def test_package_clause_is_read() -> None:
    assert package_name(Source(TEXT)) == "zoo"
    assert package_name(Source("")) == ""


@pytest.mark.parametrize(
    "value", ['"pg"', "int64(5)", "a.F(x)", "T{A: 1}", "len(x) - 1", "&x", "\n\t\t'a',\n\t", "true"]
)
def test_new_takes_a_value_as_go_has_it_since_1_26(value: str) -> None:
    source = Source(f"package sea\n\nfunc f() {{\n\tx := new({value})\n}}\n")

    assert not source.has_error
    assert "new" in map(source.words, leaves(source.root))


@pytest.mark.parametrize(
    "written", ["T", "a.T", "[]T", "*T", "map[T]T", "chan (T)", "func(T)", "struct{ a T }", "T[U]"]
)
def test_new_still_takes_a_type(written: str) -> None:
    source = Source(f"package sea\n\nfunc f() {{\n\tx := new({written})\n}}\n")

    named = [node.type for node in leaves(source.root) if source.words(node) == "T"]
    assert not source.has_error
    assert set(named) == {"type_identifier"}


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_parses_and_spans_stay_inside(text: str) -> None:
    source = Source(f"package a\nvar a = `{text}`\n{text}\nfunc F() {{}}\n")

    for symbol in declared(source, "a.go"):
        assert 0 <= symbol.span.start <= symbol.name_span.start
        assert symbol.name_span.end <= symbol.span.end <= len(source.text)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_bytes_that_are_not_utf8_parse(data: bytes) -> None:
    assert parse(data).text == data.decode("utf-8", "replace")


@pytest.mark.source
def test_the_real_function_of_the_handler_chain_is_found(real: Tree) -> None:
    source = parse(real.read("staging/src/k8s.io/apiserver/pkg/server/config.go"))

    found = {symbol.name: symbol for symbol in declared(source, "config.go")}
    chain = found["DefaultBuildHandlerChain"]

    assert not source.has_error
    assert chain.kind is Kind.FUNC
    assert chain.line == 1036  # source-map.md 2.1
    assert chain.digest.startswith("c670ac44")
    assert found["Config.FlowControl"].owner == "Config"


@pytest.mark.source
@pytest.mark.parametrize(
    "folder",
    ["staging/src/k8s.io/client-go/tools/cache", "staging/src/k8s.io/apimachinery/pkg/runtime"],
)
def test_real_files_parse_without_error_and_lines_agree(real: Tree, folder: str) -> None:
    names = [e.name for e in real.listing(folder) if e.name.endswith(".go")]

    assert len(names) > 20
    for name in names:
        source = parse(real.read(f"{folder}/{name}"))
        assert not source.has_error, name
        for symbol in declared(source, name):
            short = symbol.name.rpartition(".")[2]
            assert source.text[symbol.name_span.start : symbol.name_span.end] == short


@pytest.mark.parametrize("text", ['"', "`", "T[", "//\n", "/*é*/\n", "a int, "])
def test_a_long_file_that_is_no_go_takes_no_longer_than_it_may(text: str) -> None:
    source = f"package a\n{text * (400_000 // len(text))}\nfunc F() {{}}\n"

    began = thread_time()
    declared(Source(source), "a.go")

    assert thread_time() - began < 2 * PARSE_S


def test_a_short_file_that_is_no_go_is_given_up_after_so_many_steps() -> None:
    source = Source("a.a.`.()" + "a." * 1000 + "}")

    assert source.has_error
    assert not source.root.children


def test_a_long_file_is_read_in_pieces_as_a_short_one_is() -> None:
    function = "// é航 F%d does.\nfunc F%d() string { return `🧭` }\n"
    text = "package a\n\n" + "".join(function % (at, at) for at in range(3000))

    symbols = declared(Source(text), "a.go")

    assert len(text.encode()) > 2 * PIECE_BYTES
    assert [symbol.name for symbol in symbols] == [f"F{at}" for at in range(3000)]
    assert {symbol.doc for symbol in symbols[:2]} == {"é航 F0 does.", "é航 F1 does."}
    assert all(text.startswith(symbol.name, symbol.name_span.start) for symbol in symbols)
