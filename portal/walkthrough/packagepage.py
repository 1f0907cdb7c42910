"""What a folder declares as a Go package, read from the index: its doc and its own names."""

import re
from dataclasses import dataclass
from itertools import takewhile

from portal.source.index import Index, Located
from portal.source.symbols import Kind, doc_of
from portal.source.tree import MAX_FILE_BYTES
from portal.walkthrough.doctext import Passage, passages
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where, stock

MOST = 600
"""Names that the page of a package lists; k8s.io/api/core/v1 has more than 1,000."""
BOXES = {Kind.FUNC: "f", Kind.INTERFACE: "i", Kind.CONST: "v", Kind.VAR: "v"}


@dataclass(frozen=True, slots=True)
class PackageName:
    """A name that a package declares."""

    name: str
    href: str
    box: str
    """t, f, i or v, as in outlines."""
    signature: str


@dataclass(frozen=True, slots=True)
class PackageView:
    """A package. `names` are those that others may use, then its own; `total` of them there are."""

    importpath: str
    doc: tuple[Passage, ...]
    names: tuple[PackageName, ...]
    total: int


def package_view(where: Where, key: str, folder: str, links: Links) -> PackageView | None:
    """Return the package that a folder holds; None where it holds none, or is not imported."""
    index = stock(where).index(key)
    if index is None or not index.view.has_code:
        return None
    importpath = index.importpath_of(f"{folder}/x" if folder else "x")
    found = {
        one.mark.name: one
        for one in index.package(importpath)
        if not one.is_test and "." not in one.mark.name and one.path.endswith(".go")
    }
    if not found:
        return None
    ordered = sorted(
        found.values(), key=lambda one: (not one.mark.name[:1].isupper(), one.mark.name)
    )
    names = tuple(
        PackageName(
            one.mark.name,
            links.symbol(importpath, one.mark.name),
            BOXES.get(Kind(one.mark.kind), "t"),
            one.mark.signature,
        )
        for one in ordered[:MOST]
    )
    return PackageView(importpath, _doc(index, ordered), names, len(found))


def _doc(index: Index, declared: list[Located]) -> tuple[Passage, ...]:
    """Return the package's doc: that of doc.go, else of the first file that has one."""
    paths = sorted({one.path for one in declared})
    folder = paths[0].rpartition("/")[0]
    own = f"{folder}/doc.go" if folder else "doc.go"
    for path in ([own] if index.view.has(own) else []) + paths:
        text = index.view.read(path, MAX_FILE_BYTES).decode("utf-8", "replace")
        if doc := doc_of(_above_clause(text)):
            return passages(doc)
    return ()


def _above_clause(text: str) -> list[str]:
    """Return the comments that stand directly above a file's package clause."""
    clause = re.search(r"^package\s", text, re.MULTILINE)
    head = text[: clause.start()] if clause else ""
    if head.endswith("*/\n"):
        return [head[head.rfind("/*") :].rstrip("\n")]
    lines = head.split("\n")[:-1]
    return list(takewhile(lambda line: line.startswith("//"), reversed(lines)))[::-1]
