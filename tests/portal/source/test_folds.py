"""What of a Go file a reader may pass over, as its own text says."""

import pytest

from portal.source.folds import Fold, Sort, folds
from portal.source.golang import parse

HEAD = "// Copyright the authors.\n//\n// Licensed as it is.\n\n"
IMPORTS = 'import (\n\t"errors"\n\t"fmt"\n)\n\n'


def found(text: str) -> list[tuple[Sort, int, int]]:
    """Return the folds of a file of this text."""
    return [(fold.sort, fold.line, fold.end) for fold in folds(parse(text.encode()))]


def body(text: str) -> list[tuple[Sort, int, int]]:
    """Return the folds of a function with this body, whose first line is 1."""
    source = "package a\n\nfunc f() error {\n" + text + "\n}\n"
    return [(sort, line - 3, end - 3) for sort, line, end in found(source)]


def test_the_licence_and_the_imports_may_go_but_for_their_first_lines() -> None:
    assert found(f"{HEAD}package a\n\n{IMPORTS}func f() {{}}\n") == [
        (Sort.LICENCE, 1, 3),
        (Sort.IMPORTS, 7, 10),
    ]


def test_a_licence_stands_above_the_package_clause_and_nowhere_else() -> None:
    assert found(f"package a\n\n{HEAD}") == []
    assert found("/*\nCopyright.\n\nMore.\n*/\n\n// Package a.\npackage a\n") == [
        (Sort.LICENCE, 1, 5)
    ]


@pytest.mark.parametrize(("lines", "is_long"), [(7, False), (8, True)])
def test_a_comment_may_go_if_it_is_long(lines: int, is_long: bool) -> None:
    comment = "\n".join(["\t// says"] * lines)

    assert body(f"\tg()\n{comment}\n\tg()") == ([(Sort.COMMENT, 2, lines + 1)] if is_long else [])


def test_comments_that_are_apart_or_behind_code_make_no_long_one() -> None:
    apart = "\n\n".join(["\t// one\n\t// two\n\t// three"] * 4)
    behind = "\n".join(["\tg() // says"] * 9)

    assert body(apart) == []
    assert body(behind) == []


@pytest.mark.parametrize("leave", ["return err", 'panic("no")', "continue", "break", "goto end"])
def test_what_leaves_after_an_error_may_go(leave: str) -> None:
    assert body(f"\tif err := g(); err != nil {{\n\t\tlog()\n\t\t{leave}\n\t}}") == [
        (Sort.ERROR, 1, 4)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\tif err != nil {\n\t\tlog()\n\t\tcount()\n\t}",  # goes on
        "\tif err == nil {\n\t\tlog()\n\t\treturn nil\n\t}",
        "\tif ready != nil {\n\t\tlog()\n\t\treturn nil\n\t}",
        "\tif err != nil || late {\n\t\tlog()\n\t\treturn nil\n\t}",
        "\tif err != nil { return err }",
    ],
)
def test_what_is_not_only_about_an_error_stays(text: str) -> None:
    assert body(text) == []


def test_the_bracket_before_an_else_stays() -> None:
    text = "\tif err != nil {\n\t\tlog()\n\t\treturn err\n\t} else {\n\t\tg()\n\t}"

    assert body(text) == [(Sort.ERROR, 1, 3)]


def test_what_a_feature_gate_lets_through_may_go_and_what_is_in_it_by_itself() -> None:
    text = (
        "\tif utilfeature.DefaultFeatureGate.Enabled(features.Tide) {\n\t\tif err != nil {\n"
        "\t\t\tlog()\n\t\t\treturn err\n\t\t}\n\t}\n"
        "\tif clientfeatures.FeatureGates().Enabled(clientfeatures.Ebb) && late {\n\t\tg()\n\t\tg()\n\t}"
    )

    assert body(text) == [(Sort.GATE, 1, 6), (Sort.ERROR, 2, 5), (Sort.GATE, 7, 10)]


@pytest.mark.parametrize("text", ["", "\0", "package", "/* no end", "func {{{ if err != nil {"])
def test_what_is_no_go_is_read_all_the_same(text: str) -> None:
    assert all(isinstance(fold, Fold) for fold in folds(parse(text.encode())))
