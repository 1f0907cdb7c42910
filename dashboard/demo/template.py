"""Recorded JSON in which names, times and counts are replaced when it is sent.

A token stands in a string: `{{W3}}` is the name 3, `{{T-30}}` the time 30 s before the loop began,
`{{O-900}}` the same, moved further into the past for what was old already when it was recorded,
`{{A-30}}` and `{{B-900}}` the ages since these two as the server prints them, `{{M29411300}}` a minute
since 1970, `{{R}}` the resourceVersion, and `{{D14:4}}` a number that grows by 4 with each loop. A string
that is nothing but `{{=…}}` becomes a bare number.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dashboard.api.age import human_duration

_TOKEN = re.compile(r'"\{\{=([^}"]+)\}\}"|\{\{([^}"]+)\}\}')

LETTERS: Final = {
    "x": "0123456789abcdef",
    "r": "bcdfghjklmnpqrstvwxz2456789",
    "h": "456789bcdf",
}
"""Alphabets of words: hexadecimal, that of generated names, and what decimal hashes become in it.

Go: k8s.io/apimachinery/pkg/util/rand#String and #SafeEncodeString.
"""


class Words:
    """The names that a loop gives to what is born in it."""

    def __init__(self, words: Sequence[tuple[str, str, int | None]], seed: int) -> None:
        """Take the words of a Recording; equal seeds give equal names."""
        self._words = words
        self._seed = seed
        self.value: Callable[[int, int], str] = lru_cache(maxsize=16384)(self._value)
        """The word with this number in this loop."""

    def _value(self, word: int, loop: int) -> str:
        text, letters, heir = self._words[word]
        while loop and heir is not None:
            # What is there when a loop begins is what was left at the end of the one before.
            loop -= 1
            text, letters, heir = self._words[word := heir]
        if not loop:
            return text
        return scramble(text, f"{self._seed}/{word}/{loop}", LETTERS[letters])


def scramble(text: str, seed: str, letters: str) -> str:
    """Return another word of the form of `text`: hyphens stay, equal seeds give equal words."""
    digest = b""
    while len(digest) < len(text):
        digest += hashlib.sha256(f"{seed}/{len(digest)}".encode()).digest()
    drawn = (letters[byte % len(letters)] for byte in digest)
    return "".join("-" if letter == "-" else next(drawn) for letter in text)


@dataclass(frozen=True, slots=True)
class Moment:
    """What tokens are replaced by. `older_ms` is how much older than recorded the object is."""

    words: Words
    loop: int
    start_ms: int
    minutes: int
    """Whole minutes between the recording and this loop."""
    older_ms: int
    resource_version: int


class Template:
    """JSON, cut at its tokens."""

    __slots__ = ("_parts",)

    def __init__(self, document: Any) -> None:  # noqa: ANN401  (any JSON)
        """Cut `document`, which is plain JSON with tokens in its strings."""
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        parts: list[str | tuple[str, str]] = []
        position = 0
        for found in _TOKEN.finditer(text):
            parts.append(text[position : found.start()])
            token = found[1] or found[2]
            parts.append((token[0], token[1:]))
            position = found.end()
        parts.append(text[position:])
        self._parts = tuple(parts)

    def render(self, moment: Moment, now_ms: int = 0) -> str:
        """Return the JSON; `now_ms` is what ages are counted to."""
        return "".join(
            part if isinstance(part, str) else _fill(part[0], part[1], moment, now_ms)
            for part in self._parts
        )


def _fill(form: str, value: str, moment: Moment, now_ms: int) -> str:
    if form in "TO":
        return _stamp(value, _at_ms(form == "O", value, moment))
    if form in "AB":
        return human_duration(now_ms - _at_ms(form == "B", value, moment))
    if form == "W":
        return moment.words.value(int(value), moment.loop)
    if form == "R":
        return str(moment.resource_version)
    if form == "M":
        return str(int(value) + moment.minutes)
    first, _, growth = value.partition(":")
    return str(int(first) + int(growth) * moment.loop)


def _at_ms(is_old: bool, value: str, moment: Moment) -> int:  # noqa: FBT001
    older_ms = moment.older_ms if is_old else 0
    return moment.start_ms + int(value.partition(".")[0]) * 1000 - older_ms


def _stamp(value: str, at_ms: int) -> str:
    moment = dt.datetime.fromtimestamp(at_ms // 1000, dt.UTC)
    _, point, fraction = value.partition(".")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{point}{fraction}Z"
