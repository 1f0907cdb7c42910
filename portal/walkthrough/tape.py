"""Recordings of what the reflector did at a fault: files that the content brings along.

    content/tapes/NAME.json    title and cause in each language, server, kind, struck, steps

Steps are words here; which there are is known where the halves meet. How they are recorded:
tests/faults/tape.py.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from portal.walkthrough.library import LANGUAGES

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class TapeError(ValueError):
    """There is no such tape, or it is not as tapes are; the message names it."""


@dataclass(frozen=True, slots=True)
class TapeStep:
    """One step, `at_ms` after the first by the reflector's own clock."""

    step: str
    at_ms: int
    resource_version: str
    detail: str
    count: int


@dataclass(frozen=True, slots=True)
class Tape:
    """What a reflector did, oldest first. `title` and `cause` are one sentence per language."""

    name: str
    title: Mapping[str, str]
    cause: Mapping[str, str]
    server: str
    """The API server that it was recorded from."""
    kind: str
    struck: int | None
    """How many steps had been taken when the fault came; None: nothing was wrong."""
    steps: tuple[TapeStep, ...]


def read_tape(folder: Path, name: str) -> Tape:
    """Return the tape of this name; raise TapeError."""
    if not NAME.fullmatch(name):
        raise TapeError(f"{name!r} is no name of a tape: {NAME.pattern}")
    path = folder / f"{name}.json"
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        there = ", ".join(sorted(each.stem for each in folder.glob("*.json")))
        raise TapeError(f"there is no tape {name}; there are: {there or 'none'}") from None
    return _read(path, stamp)


@lru_cache(maxsize=64)
def _read(path: Path, _stamp: int) -> Tape:
    try:
        return _tape(path.stem, json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        wrong = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise TapeError(f"tape {path.stem}: {wrong}") from error


def _tape(name: str, said: dict[str, Any]) -> Tape:
    if odd := sorted(said.keys() - {"title", "cause", "server", "kind", "struck", "steps"}):
        raise ValueError(f"knows no {', '.join(odd)}")
    steps = tuple(_step(number, step) for number, step in enumerate(said["steps"], 1))
    times = [step.at_ms for step in steps]
    if not steps or times[0] or times != sorted(times):
        raise ValueError("steps begin at 0 ms and go on in their order")
    struck = said["struck"]
    if struck is not None and not (_is_number(struck) and struck < len(steps)):
        raise ValueError("struck is a number of steps, fewer than there are")
    return Tape(
        name,
        _words(said, "title"),
        _words(said, "cause"),
        _text(said, "server"),
        _text(said, "kind"),
        struck,
        steps,
    )


def _step(number: int, said: dict[str, Any]) -> TapeStep:
    if odd := sorted(said.keys() ^ {"step", "at_ms", "resource_version", "detail", "count"}):
        raise ValueError(f"step {number} has too much or too little: {', '.join(odd)}")
    if not _is_number(said["at_ms"]) or not _is_number(said["count"]) or not said["count"]:
        raise ValueError(f"step {number}: at_ms and count are whole numbers")
    if not all(isinstance(said[name], str) for name in ("step", "resource_version", "detail")):
        raise ValueError(f"step {number}: step, resource_version and detail are text")
    return TapeStep(**said)


def _words(said: dict[str, Any], name: str) -> Mapping[str, str]:
    words = said[name]
    if set(words) != set(LANGUAGES) or not all(isinstance(w, str) and w for w in words.values()):
        raise ValueError(f"{name} is a sentence in each of {', '.join(LANGUAGES)}")
    return dict(words)


def _text(said: dict[str, Any], name: str) -> str:
    if not isinstance(said[name], str) or not said[name]:
        raise ValueError(f"{name} is text")
    return str(said[name])


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
