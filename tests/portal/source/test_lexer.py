"""Tokens by expression are the tokens of the tree, over real code."""

from collections.abc import Iterator

import pytest

from portal.source import lexer
from portal.source.golang import Node, parse
from portal.source.view import View

WHOLE = {"interpreted_string_literal", "raw_string_literal", "rune_literal"}


def leaves(node: Node) -> Iterator[str]:
    """Yield the tokens under a node, as tree-sitter cuts them."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current.type in {"comment", "\n", ";"}:
            continue
        if current.type in WHOLE or not current.child_count:
            yield (current.text or b"").decode("utf-8", "replace")
        else:
            waiting.extend(reversed(current.children))


def without_layout(tokens: list[str]) -> list[str]:
    """Return the tokens but for a comma before a closing bracket."""
    following = [*tokens[1:], ""]
    return [
        token
        for token, after in zip(tokens, following, strict=True)
        if not (token == "," and after in {")", "]", "}"})
    ]


@pytest.mark.source
def test_the_tokens_of_real_files_are_those_of_the_tree(view: View) -> None:
    read = 0
    for (segment, blob), paths in sorted(view.paths.items()):
        if not paths[0].endswith(".go") or blob % 3:
            continue
        source = parse(view.segments[segment].blob(blob))
        if not source.has_error:
            read += 1
            assert lexer.tokens(source.text) == without_layout(list(leaves(source.root))), paths[0]
    assert read > 500


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f(a, b)", "f(\n\ta, // first\n\tb,\n)"),
        ("x := []int{1, 2}", "x := []int{\n1,\n2,\n};"),
        ("a /* so */ + b", "a+b"),
        ("type T struct { A int; B int }", "type T struct {\n\tA int\n\tB int\n}"),
    ],
)
def test_layout_and_comments_make_no_difference(one: str, other: str) -> None:
    assert lexer.digest(one) == lexer.digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"a // b"', '"a"'),
        ("`a /* b */`", "`a `"),
        ("a b", "ab"),
        ("x&^y", "x & ^ y"),
        ("1e+5", "1e + 5"),
        ("f(a,)", "f(a, b)"),
        ("'\\''", "'\"'"),
    ],
)
def test_what_the_language_tells_apart_has_another_digest(one: str, other: str) -> None:
    assert lexer.digest(one) != lexer.digest(other)


def test_a_digest_of_pieces_is_that_of_their_tokens_in_order() -> None:
    assert lexer.digest("func f(", ") int") == lexer.digest("func f() int")
    assert lexer.digest("") == lexer.digest("// nothing\n")
