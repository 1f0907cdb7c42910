"""Parts of a Go file that a reader may pass over: licence, imports, long comments, errors, feature gates.

The first line of each stays; what may go are the lines after it.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from portal.source.golang import Node, Source, first_line, last_line

LONG = 8
"""Lines of a comment that is long."""
LEAST = 2
"""Lines that must go, for else nothing is gained."""
_LICENCE = re.compile(r"(?i)copyright|licen[sc]e|SPDX")
_ERROR = re.compile(r"^\w*[eE]rr\w*\s*!=\s*nil$")
_GATE = re.compile(r"[fF]eature\w*(?:\(\))?\.Enabled\(")
_LEAVES = frozenset({"return_statement", "continue_statement", "break_statement", "goto_statement"})


class Sort(StrEnum):
    """What a part is."""

    LICENCE = "licence"
    IMPORTS = "imports"
    COMMENT = "comment"
    ERROR = "error"
    """What is done where there was an error, and then the block is left."""
    GATE = "gate"
    """What is done where a feature gate is on."""


class Fold(NamedTuple):
    """Lines `line` + 1 up to and with `end` may go; lines count from 1."""

    sort: Sort
    line: int
    end: int


def folds(source: Source) -> tuple[Fold, ...]:
    """Return the parts of a file in source order, one that lies in another after it."""
    found = [*_comments(source), *_blocks(source)]
    return tuple(sorted((one for one in found if one.end - one.line >= LEAST), key=_place))


def _place(fold: Fold) -> tuple[int, int]:
    return fold.line, -fold.end


def _comments(source: Source) -> Iterator[Fold]:
    """Yield the runs of comments that are long, and the licence."""
    package = next((n for n in source.root.children if n.type == "package_clause"), None)
    code = first_line(package) if package else 0
    for run in _runs(source):
        line, end = first_line(run[0]), last_line(run[-1])
        if end < code and any(_LICENCE.search(source.words(one)) for one in run):
            yield Fold(Sort.LICENCE, line, end)
        elif end - line + 1 >= LONG:
            yield Fold(Sort.COMMENT, line, end)


def _runs(source: Source) -> Iterator[list[Node]]:
    """Yield comments that stand directly below one another, each on lines of its own."""
    run: list[Node] = []
    row = -1
    for node in _walk(source.root):
        if node.type == "comment" and node.start_point.row != row:
            if run and node.start_point.row != run[-1].end_point.row + 1:
                yield run
                run = []
            run.append(node)
        elif node.child_count == 0 and node.type != "\n":  # which ends on the next line
            row = node.end_point.row
    if run:
        yield run


def _blocks(source: Source) -> Iterator[Fold]:
    for node in _walk(source.root):
        if node.type == "import_declaration":
            yield Fold(Sort.IMPORTS, first_line(node), last_line(node))
        elif node.type == "if_statement":
            condition = node.child_by_field_name("condition")
            block = node.child_by_field_name("consequence")
            if condition is None or block is None:
                continue
            words = source.words(condition)
            has_else = node.child_by_field_name("alternative") is not None
            end = last_line(block) - has_else
            if _GATE.search(words):
                yield Fold(Sort.GATE, first_line(block), end)
            elif _ERROR.match(words) and _is_left(source, block):
                yield Fold(Sort.ERROR, first_line(block), end)


def _is_left(source: Source, block: Node) -> bool:
    """Whether a block ends with what leaves it."""
    inner = [node for node in block.named_children if node.type != "comment"]
    if inner and inner[-1].type == "statement_list":
        inner = [node for node in inner[-1].named_children if node.type != "comment"]
    return bool(inner) and (
        inner[-1].type in _LEAVES or source.words(inner[-1]).startswith("panic(")
    )


def _walk(root: Node) -> Iterator[Node]:
    """Yield every node, in source order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))
