"""Who plays what: the script of each pod, as its annotation casts it.

A pod names its fate in the annotation `world.portolan.example/script`: a name, or a cast such as
`evicted:3 healthy`, in which the first three pods of one owner are evicted and the rest are well.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.support.kubelet.status import Object

ANNOTATION = "world.portolan.example/script"
PART = "world.portolan.example/part"
"""Annotation that the kubelet writes on a pod: the script that was dealt to it."""


@dataclass(slots=True)
class Casting:
    """Deals out the parts of casts in the order in which pods come, per owner."""

    _dealt: Counter[tuple[str, str]] = field(default_factory=Counter)

    def part(self, pod: Object) -> str:
        """Return the name of the script that this pod plays, `healthy` where it names none."""
        meta = pod["metadata"]
        notes = meta.get("annotations", {})
        cast = notes.get(ANNOTATION, "healthy")
        owners = meta.get("ownerReferences") or [{"uid": meta["namespace"]}]
        key = (owners[0]["uid"], cast)
        position = self._dealt[key]
        self._dealt[key] += 1
        if PART in notes:
            return str(notes[PART])
        for entry in cast.split():
            name, _, count = entry.partition(":")
            if not count or position < int(count):
                return str(name)
            position -= int(count)
        return "healthy"
