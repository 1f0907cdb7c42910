"""A Go type as it is written, in one spelling: equal texts, equal types, as far as one file can tell.

Parameter names are dropped; a type of another package is `$IMPORTPATH.Name`, one of the file's own
package `$.Name`, since a file may lie at several paths; the type parameter at place N is `#N`; `any`,
`byte` and `rune` are what they stand for. Constants in array types stay as written.
Source: Go specification, "Types", "Type identity", "Predeclared identifiers".
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from portal.source.lexer import tokens

MOST_DEPTH = 60
"""How deep types may nest; real ones stay below ten."""

_PREDECLARED = frozenset(
    re.findall(
        r"\w+",
        """bool comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64
        string uint uint8 uint16 uint32 uint64 uintptr""",
    )
)
_ALIASES = {"any": "interface{}", "byte": "uint8", "rune": "int32"}
_KEYWORDS = frozenset({"chan", "func", "interface", "map", "struct"})
_WORD = re.compile(r"[^\W\d]\w*")
_QUALIFIER = re.compile(r"\$(\w+):")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


class NoType(ValueError):
    """A text that is no Go type as far as this grammar goes."""


def of_method(text: str, imports: Mapping[str, str], parameters: Sequence[str] = ()) -> str:
    """Return the one spelling of what follows a method's name: parameters and results, a body apart.

    `imports` is the file's import table, `parameters` are the type parameters in order. Raises NoType.
    """
    return _imported(_method(text, tuple(parameters)), imports)


def of_type(text: str, imports: Mapping[str, str], parameters: Sequence[str] = ()) -> str:
    """Return the one spelling of a type; raises NoType."""
    return _imported(_type(text, tuple(parameters)), imports)


def parameters_of(text: str) -> tuple[str, ...]:
    """Return the names of the type parameters in a list such as `[K comparable, V any]`."""
    return tuple(part[0] for part in _parameters(text))


def constraints_of(text: str, imports: Mapping[str, str]) -> tuple[str, ...]:
    """Return the constraint of each type parameter in a list, "" for one that is no plain type."""
    names = parameters_of(text)
    found: list[str] = []
    following = ""
    for _name, *words in reversed(_parameters(text)):
        if words:
            try:
                following = of_type(" ".join(words), imports, names)
            except NoType:
                following = ""
        found.append(following)
    return tuple(reversed(found))


def _parameters(text: str) -> list[list[str]]:
    parts = _parted(tokens(text)[1:-1]) if text.startswith("[") else []
    return [part for part in parts if part and _WORD.fullmatch(part[0])]


def _imported(template: str, imports: Mapping[str, str]) -> str:
    """Put import paths for the file's own names of packages; one that it does not import stays."""
    if ":" not in template:
        return template
    return _QUALIFIER.sub(lambda found: f"${_path(found[1], imports)}.", template)


def _path(name: str, imports: Mapping[str, str]) -> str:
    """Return the import path of a name; where a path suggested another, the one that holds the name."""
    if name in imports:
        return imports[name]
    holding = [path for path in imports.values() if name in re.split(r"[/.-]", path)]
    return holding[0] if len(holding) == 1 else name


# Kept by text: a few thousand texts make up most of the signatures of Kubernetes.
@lru_cache(maxsize=20_000)
def _method(text: str, parameters: tuple[str, ...]) -> str:
    reader = _Reader(tokens(text), parameters)
    return reader.signature(0)


@lru_cache(maxsize=4_000)
def _type(text: str, parameters: tuple[str, ...]) -> str:
    reader = _Reader(tokens(text), parameters)
    found = reader.type(0)
    reader.end()
    return found


class _Reader:
    """Reads a type from tokens; a type of another package is `$NAME:Type` here."""

    def __init__(self, found: list[str], parameters: tuple[str, ...]) -> None:
        self._tokens = found
        self._at = 0
        self._parameters = parameters

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise NoType("something follows")

    def signature(self, depth: int) -> str:
        parameters = self._list(depth)
        following = self._peek()
        if following == "(":
            results = self._list(depth)
        elif following in {"", ")", "]", "}", ",", "=", "{", "|"}:
            return parameters
        else:
            results = f"({self.type(depth)})"
        return parameters if results == "()" else parameters + results

    def type(self, depth: int) -> str:  # noqa: PLR0911  (one for each form of a type)
        if depth > MOST_DEPTH:
            raise NoType("nests too deep")
        token = self._take()
        match token:
            case "*":
                return f"*{self.type(depth + 1)}"
            case "(":
                inner = self.type(depth + 1)
                self._expect(")")
                return inner
            case "[":
                size = "".join(self._until("]"))
                return f"[{size}]{self.type(depth + 1)}"
            case "map":
                self._expect("[")
                key = self.type(depth + 1)
                self._expect("]")
                return f"map[{key}]{self.type(depth + 1)}"
            case "<-":
                self._expect("chan")
                return f"<-chan {self.type(depth + 1)}"
            case "chan":
                if self._peek() == "<-":
                    self._take()
                    return f"chan<- {self.type(depth + 1)}"
                return f"chan {self.type(depth + 1)}"
            case "func":
                return f"func{self.signature(depth + 1)}"
            case "interface" | "struct":
                self._expect("{")
                return f"{token}{{{' '.join(self._until('}'))}}}"
        return self._named(token, depth)

    def _named(self, token: str, depth: int) -> str:
        if not _WORD.fullmatch(token):
            raise NoType(f"unexpected {token!r}")
        if self._peek() == ".":
            self._take()
            name = f"${token}:{self._take()}"
        elif token in self._parameters:
            return f"#{self._parameters.index(token)}"
        elif token in _PREDECLARED:
            return token
        elif token in _ALIASES:
            return _ALIASES[token]
        else:
            name = f"$.{token}"
        if self._peek() != "[":
            return name
        self._take()
        given = [self.type(depth + 1)]
        while self._peek() == ",":
            self._take()
            given.append(self.type(depth + 1))
        self._expect("]")
        return f"{name}[{','.join(given)}]"

    def _list(self, depth: int) -> str:
        """Read a list of parameters or results in brackets; a name without a type has the next one's."""
        self._expect("(")
        parts = [part for part in _parted(self._until(")")) if part]
        if any(map(_has_name, parts)):
            kept: list[str] = []
            following = ""
            for part in reversed(parts):
                if _has_name(part):
                    following = self._parameter(part[1:], depth)
                kept.append(following)
            kept.reverse()
        else:
            kept = [self._parameter(part, depth) for part in parts]
        return f"({','.join(kept)})"

    def _parameter(self, part: list[str], depth: int) -> str:
        dots, part = ("...", part[1:]) if part[0] == "..." else ("", part)
        reader = _Reader(part, self._parameters)
        found = reader.type(depth + 1)
        reader.end()
        return dots + found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        self._at += 1
        if self._at > len(self._tokens):
            raise NoType("ends too early")
        return self._tokens[self._at - 1]

    def _expect(self, token: str) -> None:
        if self._take() != token:
            raise NoType(f"no {token!r}")

    def _until(self, closing: str) -> list[str]:
        """Take what stands before the bracket that closes the one just taken, and that bracket."""
        begin, open_brackets = self._at, [closing]
        while open_brackets:
            token = self._take()
            if token in _PAIRS:
                open_brackets.append(_PAIRS[token])
            elif token == open_brackets[-1]:
                open_brackets.pop()
        return self._tokens[begin : self._at - 1]


def _parted(found: Sequence[str]) -> list[list[str]]:
    """Part tokens at the commas that no bracket holds."""
    parts: list[list[str]] = [[]]
    depth = 0
    for token in found:
        if token in _PAIRS:
            depth += 1
        elif token in _PAIRS.values():
            depth -= 1
        if token == "," and depth == 0:  # noqa: S105  (a token of the language, no secret)
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _has_name(part: list[str]) -> bool:
    """Whether a parameter is `name Type`; `T[X]` is a type, `t []X` and `t [4]X` have a name."""
    if len(part) < 2 or not _WORD.fullmatch(part[0]) or part[0] in _KEYWORDS or part[1] == ".":
        return False
    if part[1] != "[":
        return True
    depth = 0
    for at, token in enumerate(part):
        depth += (token == "[") - (token == "]")  # noqa: S105
        if token == "]" and depth == 0:  # noqa: S105
            return at == 2 or at + 1 < len(part)
    return False
