"""What a search found: groups of hits, each with what was and was not looked through."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.part import FoundLine, Piece

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing to go to. `icon` is a name of the sprite; `box` t, f, i or v marks a symbol instead."""

    kind: str
    """table, kind, object, symbol, chapter or address."""
    label: str
    sub: str
    url: str
    icon: str = "box"
    box: str = ""
    excerpt: str = ""

    def to_json(self) -> Json:
        """Return the shape that the palette reads."""
        shape = {
            "label": self.label,
            "sub": self.sub,
            "url": self.url,
            "kind": self.kind,
            "icon": self.box or self.icon,
        }
        return shape | ({"excerpt": self.excerpt} if self.excerpt else {})


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one sort, the best first. `notes` are sentences about what was looked through."""

    name: str
    """go, kinds, objects, symbols or chapters."""
    title: str
    hits: tuple[Hit, ...] = ()
    notes: tuple[str, ...] = ()
    total: int = 0
    """How many were found in all; 0 where that is the hits."""
    is_partial: bool = False
    """Whether what is looked through is still growing: asked again, it may find more."""

    def to_json(self) -> Json:
        """Return the shape that the palette reads."""
        return {
            "name": self.name,
            "title": self.title,
            "hits": [hit.to_json() for hit in self.hits],
            "note": " ".join(self.notes),
            "total": self.total or len(self.hits),
            "partial": self.is_partial,
        }


def cut(total: int, shown: int, *, is_counted: bool = True) -> tuple[str, ...]:
    """Return the sentence that tells how many hits are not shown; nothing where all are.

    Where not all `is_counted`, there may be more than `total`.
    """
    if not is_counted:
        params = {"shown": shown, "total": total}
        return (_("The first %(shown)d of %(total)d or more.") % params,)
    if total <= shown:
        return ()
    return (_("The first %(shown)d of %(total)d.") % {"shown": shown, "total": total},)


def marked(text: str, parts: Sequence[str]) -> tuple[Piece, ...]:
    """Return `text` in pieces, with every one of `parts` marked, capitals aside."""
    wanted = "|".join(re.escape(part) for part in sorted(parts, key=len, reverse=True) if part)
    if not wanted:
        return (Piece(text),)
    pieces = re.split(f"({wanted})", text, flags=re.IGNORECASE)
    return tuple(Piece(piece, at % 2 == 1) for at, piece in enumerate(pieces) if piece)


def line(hit: Hit, parts: Sequence[str]) -> FoundLine:
    """Return a hit as the page prints it."""
    return FoundLine(
        hit.icon,
        marked(hit.label, parts),
        hit.url,
        hit.sub,
        marked(hit.excerpt, parts) if hit.excerpt else (),
        hit.box,
        hit.box.upper(),
    )
