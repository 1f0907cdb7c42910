"""Lines of code as list items of HTML."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from types import MappingProxyType

from portal.source.folds import Fold
from portal.source.package import Package
from portal.source.shortname import short
from portal.source.symbols import Symbol

Told = Mapping[int, Mapping[str, str]]
"""What scripts are told of lines: names and values of `data-`, by the line's number."""
NOTHING: Told = MappingProxyType({})


def rows(
    lines: Sequence[str], first: int, address: str = "", on: int = 0, told: Told = NOTHING
) -> str:
    """Return lines as list items whose numbers link to `address`, or stay in the page; `on` is marked."""
    mark = ' class="on"'
    return "".join(
        f'<li id="L{number}"{mark if number == on else ""}{_data(told.get(number, {}))}>'
        f'<a class="ln" href="{escape(address)}#L{number}">{number}</a>'
        f'<span class="gut"></span><span>{line or " "}</span></li>'
        for number, line in enumerate(lines, start=first)
    )


def told(package: Package, outline: Iterable[Symbol], folds: Iterable[Fold]) -> Told:
    """Return what scripts are told of a file's lines.

    `short`: the short name of what is declared there; `end`: where it ends, if not there; `of`: where the
    type of a method begins, if it is in this file; `fold` and `sort`: what may be folded below the line.
    """
    symbols = list(outline)
    types = {symbol.name: symbol for symbol in symbols}
    found: dict[int, dict[str, str]] = {}
    for symbol in reversed(symbols):  # of several on a line, the outermost
        at = found[symbol.line] = {"short": short(package.importpath, symbol.name)}
        if symbol.end_line > symbol.line:
            at["end"] = str(symbol.end_line)
        owner = types.get(symbol.owner)
        if owner is not None and symbol.span not in owner.span:
            at["of"] = str(owner.line)
    for fold in reversed(list(folds)):
        found.setdefault(fold.line, {}).update(fold=str(fold.end), sort=fold.sort.value)
    return found


def _data(values: Mapping[str, str]) -> str:
    return "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())
