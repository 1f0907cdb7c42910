"""Signatures of functions as they are compared: types alone, without names and without packages.

A text may call a parameter otherwise, or a package by another name; what it says of a function is true
when the types and their order are.
"""

import re

from portal.source.lexer import tokens


def types_of(signature: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the types of the parameters and of the results of `func (r T) Name(…) …`; None: no function."""
    words = tokens(signature)
    if not words or words[0] != "func":
        return None
    at = 1
    if words[at : at + 1] == ["("]:
        at = _closing(words, at) + 1
    at += 1  # the name
    if words[at : at + 1] == ["["]:
        at = _closing(words, at) + 1
    if words[at : at + 1] != ["("]:
        return None
    end = _closing(words, at)
    rest = words[end + 1 :]
    results = rest[1:-1] if rest[:1] == ["("] and rest[-1:] == [")"] else rest
    return _types(words[at + 1 : end]), _types(results)


def _closing(words: list[str], at: int) -> int:
    """Return the place of the bracket that closes the one at `at`, or of the end."""
    depth = 0
    for place in range(at, len(words)):
        if words[place] in {"(", "[", "{"}:
            depth += 1
        elif words[place] in {")", "]", "}"}:
            depth -= 1
            if depth == 0:
                return place
    return len(words)


def _types(words: list[str]) -> tuple[str, ...]:
    """Return the types of a parameter list; in `a, b int` both have the last one's."""
    parts: list[list[str]] = [[]]
    depth = 0
    for word in words:
        depth += (word in {"(", "[", "{"}) - (word in {")", "]", "}"})
        if word == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    parts = [part for part in parts if part]
    has_names = any(_is_named(part) for part in parts)
    types: list[str] = []
    for part in reversed(parts):
        if not has_names:
            types.append(_plain(part))
        elif _is_named(part):
            types.append(_plain(part[1:]))
        else:  # a name alone: its type follows
            types.append(types[-1] if types else _plain(part))
    return tuple(reversed(types))


def _is_named(part: list[str]) -> bool:
    """Whether a parameter has a name before its type."""
    return (
        len(part) > 1
        and re.fullmatch(r"\w+", part[0]) is not None
        and part[0] not in {"func", "map", "chan", "struct", "interface"}
        and part[1] not in {".", "["}
    ) or (len(part) > 2 and re.fullmatch(r"\w+", part[0]) is not None and part[1:3] == ["[", "]"])


def _plain(part: list[str]) -> str:
    """Return a type without the packages of its names."""
    text = " ".join(part)
    text = re.sub(r"\b\w+ \. (?=\w)", "", text)
    return "any" if text == "interface { }" else text.replace("interface { }", "any")
