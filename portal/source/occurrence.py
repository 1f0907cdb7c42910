"""Where a name stands in the code of a Go file: not in comments and literals, and what is around it.

Nothing is parsed: what a file declares is known, and on most lines a glance tells code from the rest.
Source: Go specification, "Lexical elements".
"""

import re
from collections.abc import Iterable, Iterator

from portal.source.declared import Mark
from portal.source.lexer import COMMENT, LITERAL

# Each way begins with a sign of its own, by which `re` finds it ten times as fast.
_PASSAGE = re.compile(rf"{COMMENT}|{LITERAL}")
_CALL = re.compile(r"\s*(?:\[[^\]\n]*\])?\(")
_KEY = re.compile(r"\s*:(?!=)")
_MORE_NAMES = re.compile(r"[\w, ]*:=")
_PARAMETERS = re.compile(r"(?:, \w+)* [\w*\[.]")
NEAR = 80
"""Characters beside a name that are looked at."""


def occurrences(text: str, name: str) -> Iterator[int]:
    """Yield where `name` stands as a whole identifier, in code or not, in order; nowhere, if it is ""."""
    at = text.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        is_inside = at > 0 and _is_letter(text[at - 1])
        if not is_inside and not (end < len(text) and _is_letter(text[end])):
            yield at
        at = text.find(name, end)


def in_code(text: str, marks: Iterable[Mark], places: Iterable[int]) -> Iterator[int]:
    """Yield those of `places`, in order, that are in the code of declarations.

    `marks` are what the text declares, in order; what stands outside of them is left out.
    """
    declared = iter(marks)
    code = _Code(text, 0, 0)
    for at in places:
        while code.end <= at:
            mark = next((one for one in declared if one.end > at), None)
            if mark is None:
                return
            code = _Code(text, mark.start, mark.end)
        if code.start <= at and code.holds(at):
            yield at


def qualifier(text: str, at: int) -> str | None:
    """Return the name before the dot before an identifier; "" for another expression, None for no dot."""
    before = _before(text, at)
    if not before.endswith(".") or before.endswith("..."):
        return None
    before = before[:-1].rstrip()
    begin = len(before)
    while begin and _is_letter(before[begin - 1]):
        begin -= 1
    return before[begin:]


def is_key(text: str, end: int) -> bool:
    """Whether an identifier that ends here is a key of a literal, or a label."""
    return _KEY.match(text, end, end + NEAR // 2) is not None


def is_called(text: str, end: int) -> bool:
    """Whether an identifier that ends here is called, type arguments aside."""
    return _CALL.match(text, end, end + NEAR) is not None


def may_shadow(text: str, name: str) -> bool:
    """Return whether some function of a file may declare a local of this name, which is not ""."""
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        is_inside = at > 0 and _is_letter(text[at - 1])
        is_cut = end < len(text) and _is_letter(text[end])
        if not is_inside and not is_cut:
            is_var = text.endswith("var ", 0, at)
            if is_var or _MORE_NAMES.match(text, end):
                return True
        if not is_inside and _PARAMETERS.match(text, end) and _before(text, at)[-1:] in {"(", ","}:
            return True
        at = text.find(name, end)
    return False


class _Code:
    """A declaration, asked in order which of its places are code."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self.start, self.end = start, end
        # Whatever else is no code ends with its line.
        self._is_by_line = text.find("`", start, end) < 0 and text.find("/*", start, end) < 0
        self._passages = _PASSAGE.finditer(text, start, end)
        self._passage = (start, start)

    def holds(self, at: int) -> bool:
        if self._is_by_line:
            begin = max(self.start, self._text.rfind("\n", 0, at) + 1)
            before = self._text[begin:at]
            if '"' not in before and "'" not in before and "//" not in before:
                return True
            return not any(
                one.start() <= at < one.end()
                for one in _PASSAGE.finditer(self._text, begin, at + 1)
            )
        while self._passage[1] <= at:
            found = next(self._passages, None)
            if found is None:
                return True
            self._passage = found.span()
        return at < self._passage[0]


def _before(text: str, at: int) -> str:
    return text[max(0, at - NEAR) : at].rstrip()


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"
