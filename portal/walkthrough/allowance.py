"""Drift that is known and let through, each with its reason: `content/drift.toml`.

    [[allowed]]
    anchor = "go:example.org/sea#Ship"     as the chapter writes it, or without its digests
    chapter = "BOOK/CHAPTER"               left out: wherever the anchor stands
    reason = "why the chapter is right as it is"

An entry is for what drifts now: one that lets nothing through any more is told, and is a fault as drift is.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.walkthrough import anchors
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.survey import Graded, Survey, chapter_of

KEYS = {"anchor", "chapter", "reason"}


@dataclass(frozen=True, slots=True)
class Allowance:
    """An anchor that may drift."""

    anchor: Anchor
    chapter: str
    """BOOK/CHAPTER, "" for any."""
    reason: str

    def is_for(self, one: Graded) -> bool:
        """Whether an anchor of a chapter is meant."""
        stand = one.stand
        return self.chapter in {"", chapter_of(one)} and self.anchor in {
            stand.anchor,
            stand.anchor.symbol,
        }

    def __str__(self) -> str:
        """Return what it names."""
        return f"{self.chapter}  {self.anchor}" if self.chapter else str(self.anchor)


def read(path: Path) -> tuple[Allowance, ...]:
    """Return what a file allows, nothing where there is none; raise ValueError with what is wrong in it."""
    if not path.is_file():
        return ()
    tables = tomllib.loads(path.read_text(encoding="utf-8")).get("allowed", [])
    return tuple(_allowance(path, table) for table in tables)


def reason_for(one: Graded, allowed: Iterable[Allowance]) -> str:
    """Return why an anchor may drift; "" where nobody says that it may."""
    return next((each.reason for each in allowed if each.is_for(one)), "")


def unneeded(found: Survey, allowed: Iterable[Allowance]) -> tuple[Allowance, ...]:
    """Return what lets nothing through; what nobody can tell of, for its source is not here, is needed."""
    return tuple(
        each
        for each in allowed
        if not any(
            one.failing or None in dict(one.grades).values()
            for one in found.graded
            if each.is_for(one)
        )
    )


def _allowance(path: Path, table: dict[str, Any]) -> Allowance:
    told = table.get("anchor", "?")
    if not all(isinstance(value, str) for value in table.values()) or table.keys() - KEYS:
        raise ValueError(f"{path}: {told}: an entry has {', '.join(sorted(KEYS))}, each a text")
    if not str(table.get("reason", "")).strip():
        raise ValueError(f"{path}: {told}: say in `reason` why this may drift")
    return Allowance(
        anchors.parse(table.get("anchor", "")), table.get("chapter", ""), table["reason"].strip()
    )
