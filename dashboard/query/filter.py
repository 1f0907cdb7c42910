"""The filter of a table: words that a row must hold, and labels that its object must have."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.api.table import MixedCell, Row, TimeCell
from dashboard.errors import InvalidQuery, gettext_noop

TOO_LONG = gettext_noop("longer than %(limit)d characters")
LONE_MARK = gettext_noop("a word must follow “!”")

QUERY_LIMIT = 2000
"""Characters of a filter; frames and addresses hold no more."""

_WORD = re.compile(r'!?"[^"]*"|\S+')
_LABEL = re.compile(
    r"(?P<key>[A-Za-z0-9][-A-Za-z0-9_./]*?)(?P<sign>!=|==?)(?P<value>[-A-Za-z0-9_.]*)"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One word as it was read: a text to be found, or a label as `key=value`."""

    text: str
    is_label: bool
    is_wanted: bool


def terms(text: str) -> tuple[Term, ...]:
    """Return how a filter is read, word by word.

    `key=value` (or `==`) wants a label as kubectl's -l does, `key!=value` wants it absent or other.
    Any other word is text; "!" before a word turns it round, and quotes make text of anything.
    Raises InvalidQuery.
    """
    if len(text) > QUERY_LIMIT:
        raise InvalidQuery(position=QUERY_LIMIT, reason=TOO_LONG, limit=QUERY_LIMIT)
    found: list[Term] = []
    for match in _WORD.finditer(text):
        bare = match[0].removeprefix("!")
        is_wanted = bare == match[0]
        if not bare:
            raise InvalidQuery(position=match.start(), reason=LONE_MARK)
        if label := _LABEL.fullmatch(bare):
            is_wanted ^= label["sign"] == "!="
            found.append(
                Term(f"{label['key']}={label['value']}", is_label=True, is_wanted=is_wanted)
            )
        elif plain := bare.strip('"') if bare.startswith('"') else bare:
            found.append(Term(plain.lower(), is_label=False, is_wanted=is_wanted))
    return tuple(found)


def word_of(term: Term) -> str:
    """Return a word that is read as `term`."""
    sign = "" if term.is_wanted else "!"
    is_bare = term.is_label or not (" " in term.text or "=" in term.text or term.text[0] in '!"')
    return f"{sign}{term.text}" if is_bare else f'{sign}"{term.text}"'


def compile_filter(text: str) -> Callable[[Row], bool]:
    """Return a predicate for `text`; an empty text lets every row pass.

    Text must be part of the namespace, the name or a cell as it is shown, case aside. Raises
    InvalidQuery.
    """
    asked = terms(text)
    labels = [(term.text, term.is_wanted) for term in asked if term.is_label]
    words = [(term.text, term.is_wanted) for term in asked if not term.is_label]
    if not asked:
        return _everything
    if not labels and len(words) == 1 and "\n" not in words[0][0]:
        word, is_wanted = words[0]
        return _mentioning(word) if is_wanted else _not(_mentioning(word))

    def passes(row: Row) -> bool:
        if not all((label in row.labels) is is_wanted for label, is_wanted in labels):
            return False
        if not words:
            return True
        shown = _shown(row)
        return all((word in shown) is is_wanted for word, is_wanted in words)

    return passes


def _everything(_row: Row) -> bool:
    return True


def _mentioning(word: str) -> Callable[[Row], bool]:
    """Return whether `word`, which is one line, is a part of what is shown of a row: as `_shown` has it."""

    def mentions(row: Row) -> bool:
        for cell in row.cells:
            if type(cell) is str:
                if word in cell.lower():
                    return True
            elif type(cell) is MixedCell:
                if word in cell.v.lower():
                    return True
            elif cell is not None and type(cell) is not TimeCell and word in str(cell).lower():
                return True
        return word in row.namespace.lower() or word in row.name.lower()

    return mentions


def _not(passes: Callable[[Row], bool]) -> Callable[[Row], bool]:
    return lambda row: not passes(row)


def _shown(row: Row) -> str:
    texts: list[str] = [row.namespace, row.name]
    for cell in row.cells:
        # Nearly all are text: asked for first, in the cheapest way.
        if type(cell) is str:
            texts.append(cell)
        elif type(cell) is MixedCell:
            texts.append(cell.v)
        elif cell is not None and type(cell) is not TimeCell:
            texts.append(str(cell))
    return "\n".join(texts).lower()
