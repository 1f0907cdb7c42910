"""A mention: one thing that a text says about source, as it says it."""

from dataclasses import dataclass
from enum import Enum


class Sort(Enum):
    """What kind of thing is mentioned."""

    SYMBOL = "symbol"
    SIGNATURE = "signature"
    PATH = "path"
    WORD = "word"
    """A name by itself."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One thing that a text says, as it says it."""

    sort: Sort
    text: str
    name: str = ""
    """Of a symbol: Func, Type.Method."""
    qualifier: str = ""
    """The package as it is named in code, such as cache or metav1; "" where none is."""
    importpath: str = ""
    """The package's whole path, where that is said."""
    path: str = ""
    """Of a file or folder, as written, without what only an address has."""
    line: int = 0
    """The line of that file; 0: none is named."""
    ref: str = ""
    """The version, branch or commit that an address names."""
    is_code: bool = False
    """Whether it stands between backquotes, in a fenced block or as a call."""

    @property
    def is_bare(self) -> bool:
        """Whether it is a word of prose, and a name by its looks alone."""
        return self.sort is Sort.WORD and not self.is_code


def symbol(text: str, importpath: str, name: str, *, is_code: bool, ref: str = "") -> Mention:
    """Return a symbol of a package; the version that an import path carries as a module does is the ref."""
    if importpath.endswith(".go"):
        importpath = importpath.rpartition("/")[0]
    head, at, rest = importpath.partition("@")
    if at:
        ref, _slash, inside = rest.partition("/")
        importpath = f"{head}/{inside}" if inside else head
    return Mention(
        Sort.SYMBOL, text, name, importpath=importpath.strip("/"), ref=ref, is_code=is_code
    )
