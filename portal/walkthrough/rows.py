"""Lines of code as list items of HTML."""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType

NOTHING: Mapping[int, Mapping[str, str]] = MappingProxyType({})


def rows(
    lines: Sequence[str],
    first: int,
    address: str = "",
    on: int = 0,
    told: Mapping[int, Mapping[str, str]] = NOTHING,
) -> str:
    """Return lines as list items whose numbers link to `address`, or stay in the page.

    The line `on` is marked; `told` is what scripts are told of a line, as the names and values of `data-`.
    """
    mark = ' class="on"'
    return "".join(
        f'<li id="L{number}"{mark if number == on else ""}{_data(told.get(number, {}))}>'
        f'<a class="ln" href="{escape(address)}#L{number}">{number}</a>'
        f'<span class="gut"></span><span>{line or " "}</span></li>'
        for number, line in enumerate(lines, start=first)
    )


def _data(values: Mapping[str, str]) -> str:
    return "".join(f' data-{name}="{escape(value)}"' for name, value in values.items())
