"""What a file declares, by the ending of its name: Go and Java by their grammars, others by statements."""

from collections.abc import Callable, Mapping

from portal.source import java, textual
from portal.source.declared import Declared, of
from portal.source.golang import parse
from portal.source.methodset import Facts, facts

Reader = Callable[[bytes], tuple[Declared, Facts]]


def _go(data: bytes) -> tuple[Declared, Facts]:
    source = parse(data)
    declared = of(source)
    return declared, facts(source.text, declared)


def _without_facts(read: Callable[[bytes], Declared]) -> Reader:
    """Return a reader of a language without method sets."""
    return lambda data: (read(data), Facts("", (), ()))


READERS: Mapping[str, Reader] = {
    ".go": _go,
    ".java": _without_facts(java.read),
    ".proto": _without_facts(textual.proto),
    ".sql": _without_facts(textual.sql),
    ".yaml": _without_facts(textual.yaml),
    ".yml": _without_facts(textual.yaml),
}
"""Each raises nothing, whatever the bytes are."""


def ending(path: str) -> str:
    """Return the ending by which a file is read, "" for one that declares nothing."""
    _stem, dot, last = path.rpartition(".")
    return f"{dot}{last}" if f"{dot}{last}" in READERS else ""
