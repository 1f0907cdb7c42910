"""The way from a line or a symbol of one version to the same declaration in another."""

from dataclasses import dataclass

from portal.source.errors import BadPath, NoSuchFile, NotAFile
from portal.source.index import Index, Located
from portal.source.symbols import Kind
from portal.walkthrough.stock import Where, stock


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a reader arrives. `path` is "" where the symbol is gone, or nothing is known of the file."""

    path: str
    line: int = 0
    """0: no line was looked at, and no symbol."""
    importpath: str = ""
    name: str = ""
    """What was looked at; "" for no declaration."""


def cross(where: Where, old: str, new: str, path: str, line: int, name: str) -> Crossing:
    """Return what at the version `new` is what stood at `line`, else `name`, of a file at `old`.

    The offset within a declaration is kept where its code is the same, else its first line is meant.
    Of a file that `new` has not, the first declaration is looked for: a job for READER.
    """
    store = stock(where)
    before, after = store.index(old), store.index(new)
    here = Crossing(path) if after and after.view.has(path) else Crossing("")
    if before is None or after is None:
        return here
    chosen = _chosen(before, path, line, name)
    then = chosen or (_first(before, path) if not here.path else None)
    if then is None:
        return here
    now = _now(after, then)
    if now is None:
        return Crossing("", 0, then.importpath, then.mark.name) if chosen else here
    at = _line(then, now, line) if chosen else 0
    return Crossing(now.path, at, now.importpath, now.mark.name)


def _chosen(index: Index, path: str, line: int, name: str) -> Located | None:
    """Return the innermost declaration of a file around a line, or that of a name."""
    fitting = [
        one
        for one in _declarations(index, path)
        if (one.mark.doc_line <= line <= one.mark.end_line if line else one.mark.name == name)
    ]
    return max(fitting, key=lambda one: one.mark.start, default=None)


def _first(index: Index, path: str) -> Located | None:
    return next(
        (one for one in _declarations(index, path) if one.mark.kind != Kind.FIELD.value), None
    )


def _declarations(index: Index, path: str) -> list[Located]:
    try:
        read = index.declared(path)
    except (BadPath, NoSuchFile, NotAFile):
        return []
    importpath = index.importpath_of(path)
    return (
        [Located(importpath, path, mark, read.constraint) for mark in read.symbols] if read else []
    )


def _now(index: Index, then: Located) -> Located | None:
    """Return a symbol's declaration in another version: in its own file rather than elsewhere."""
    found = index.locate(then.importpath, then.mark.name)
    beside = [one for one in found if one.path == then.path]
    return next(iter(beside or found), None) or index.moved(then)


def _line(then: Located, now: Located, line: int) -> int:
    old, new = then.mark, now.mark
    is_same = old.digest == new.digest and old.end_line - old.line == new.end_line - new.line
    if line < old.line:
        is_same = old.line - old.doc_line == new.line - new.doc_line
    return new.line + line - old.line if line and is_same else new.line
