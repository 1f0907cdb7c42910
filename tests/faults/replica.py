"""What a replica of the API server that lags would still answer: listings as they were, from memory.

Fault F8. Each is whole and true of its own version; what follows from there comes from the real server.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.frame import Frame
from tests.faults.weather import Route

Asked = tuple[str, str, str, str]
"""Verb, kind, namespace and what is accepted."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer: the body of a LIST, or the frames of a watch until its initial events end."""

    data: bytes = b""
    frames: Sequence[Frame] = ()

    @property
    def version(self) -> str:
        """Where a watch goes on after the frames."""
        return self.frames[-1].version if self.frames else ""


@dataclass(slots=True)
class Replica:
    """Remembers every listing that went through the proxy."""

    _kept: dict[Asked, list[Listing]] = field(default_factory=dict)

    def keep(self, asked: Route, listing: Listing) -> None:
        """Remember an answer of the real server."""
        self._kept.setdefault(_key(asked), []).append(listing)

    def recall(self, asked: Route, random_: random.Random) -> Listing | None:
        """Return what was answered to the same question before, None where it was never asked."""
        found = self._kept.get(_key(asked))
        return random_.choice(found) if found and not asked.get("continue") else None


def _key(asked: Route) -> Asked:
    return asked.verb, asked.kind, asked.namespace, asked.accept
