"""A symbol or a file as a line of a list beside code."""

from dataclasses import dataclass

from portal.source.package import Package
from portal.source.symbols import Kind, Symbol
from portal.walkthrough.links import Links

BOXES = {Kind.FUNC: "f", Kind.METHOD: "f", Kind.INTERFACE: "i", Kind.CONST: "v", Kind.VAR: "v"}
MAX_LISTED = 300
"""Symbols that the page of one lists of its package; core/v1 has more than 1,000."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A symbol or file in a list beside code."""

    label: str
    href: str
    box: str = ""
    """t, f, i or v: type, function, interface, value; empty for a file."""
    line: int = 0
    is_member: bool = False
    is_current: bool = False


def listed(package: Package, symbol: Symbol, links: Links, current: Symbol | None = None) -> Listed:
    """Return a symbol of a package as such a line."""
    return Listed(
        label=symbol.name.rpartition(".")[2],
        href=links.symbol(package.importpath, symbol.name),
        box=BOXES.get(symbol.kind, "v" if symbol.kind is Kind.FIELD else "t"),
        line=symbol.line,
        is_member=bool(symbol.owner),
        is_current=symbol == current,
    )
