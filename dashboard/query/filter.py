"""The filter of a table: words that a row must hold, all of them, case aside."""

from collections.abc import Callable

from dashboard.api.table import MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery, gettext_noop

TOO_LONG = gettext_noop("longer than %(limit)d characters")
LONE_MARK = gettext_noop("a word must follow “!”")

QUERY_LIMIT = 2000
"""Characters of a filter; frames and addresses hold no more."""


def compile_filter(text: str) -> Callable[[Row], bool]:
    """Return a predicate for `text`; an empty text lets every row pass.

    Each word must be part of the namespace, the name or a cell as it is shown; "!" before a word
    means that it must not be. Raises InvalidQuery.
    """
    if len(text) > QUERY_LIMIT:
        raise InvalidQuery(position=QUERY_LIMIT, reason=TOO_LONG, limit=QUERY_LIMIT)
    wanted: list[str] = []
    unwanted: list[str] = []
    for word in text.lower().split():
        if word == "!":
            raise InvalidQuery(position=text.index("!"), reason=LONE_MARK)
        (unwanted if word.startswith("!") else wanted).append(word.removeprefix("!"))
    if not wanted and not unwanted:
        return _everything

    def passes(row: Row) -> bool:
        shown = _shown(row)
        return all(word in shown for word in wanted) and not any(word in shown for word in unwanted)

    return passes


def _everything(_row: Row) -> bool:
    return True


def _shown(row: Row) -> str:
    texts = [row.namespace, row.name]
    for cell in row.cells:
        if isinstance(cell, MixedCell):
            texts.append(cell.v)
        elif cell is not None and not isinstance(cell, TimeCell):
            texts.append(str(cell))
    return "\n".join(texts).lower()
