"""What a file declares, by the ending of its name: Go and Java by their grammars, others by statements."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from portal.source import java, textual
from portal.source.declared import Declared, of
from portal.source.golang import Source
from portal.source.methodset import Facts, facts
from portal.source.pieces import cut, is_plain, reread
from portal.source.stringfacts import StringFact, string_facts


class Before(NamedTuple):
    """A plain file's predecessor: see portal.source.pieces."""

    data: bytes
    declared: Declared


class Reading(NamedTuple):
    """What a file says."""

    declared: Declared
    facts: Facts
    is_plain: bool
    """Whether it may be a `Before`."""
    strings: tuple[StringFact, ...] = ()


Reader = Callable[[bytes, Before | None], Reading]


def _go(data: bytes, before: Before | None) -> Reading:
    text = data.decode("utf-8", "replace")
    if before is not None:
        declared = reread(text, before.data.decode("utf-8", "replace"), before.declared)
        if declared is not None:
            return _reading(text, declared, is_plain=True)
    source = Source(text)
    return _reading(text, of(source), is_plain=is_plain(source, cut(text)))


def _reading(text: str, declared: Declared, *, is_plain: bool) -> Reading:
    return Reading(declared, facts(text, declared), is_plain, string_facts(text, declared))


def _without_facts(read: Callable[[bytes], Declared]) -> Reader:
    """Return a reader of a language without method sets."""
    return lambda data, _before: Reading(read(data), Facts("", (), ()), is_plain=False)


READERS: Mapping[str, Reader] = {
    ".go": _go,
    ".java": _without_facts(java.read),
    ".proto": _without_facts(textual.proto),
    ".sql": _without_facts(textual.sql),
    ".yaml": _without_facts(textual.yaml),
    ".yml": _without_facts(textual.yaml),
}
"""Each raises nothing, whatever the bytes are, and says the same with a predecessor as without."""


def ending(path: str) -> str:
    """Return the ending by which a file is read, "" for one that declares nothing."""
    _stem, dot, last = path.rpartition(".")
    return f"{dot}{last}" if f"{dot}{last}" in READERS else ""
