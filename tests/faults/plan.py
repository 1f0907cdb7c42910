"""What a seed does: which kinds in which scopes, which faults and when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.faults.weather import LAYERS, Fault, Layer

STORM_S = 4.0
"""How long faults and writes last."""

LONGEST_S = 5.0
"""Longest fault of a seed; what lasts longer is tried once, apart from seeds."""

SHORT_S = (0.1, 1.5)
EARLY_S = 0.0

TRIGGERS = {
    Layer.LIST: ("expired",),
    Layer.REWRITE: ("expired",),
    Layer.REPLICA: ("expired",),
    Layer.REFUSAL: ("expired", "reset", "eof"),
}
"""What makes a subject ask again, so that a fault of a request has one to strike."""


@dataclass(frozen=True, slots=True)
class Target:
    """One informer: a kind in one namespace, or in all for ""."""

    kind: str
    namespace: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.namespace or '*'}"


@dataclass(frozen=True, slots=True)
class Squall:
    """A fault and when it begins; at 0 it is on before the subject asks for the first time."""

    at_s: float
    fault: Fault


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a seed decides; the writes follow from the same seed."""

    seed: int
    spaces: tuple[str, ...]
    targets: tuple[Target, ...]
    squalls: tuple[Squall, ...]
    storm_s: float
    pace_s: float
    """Longest pause between two writes."""


def plan(seed: int, kinds: Sequence[str], faults: Sequence[str] = ()) -> Plan:
    """Return what `seed` does with `kinds`; each fault has its turn among few seeds."""
    random_ = random.Random(seed)
    names = list(faults or LAYERS)
    chosen = random_.sample(list(kinds), min(len(kinds), random_.choice((1, 1, 2))))
    spaces = tuple(f"s{seed}-{letter}" for letter in "ab"[: random_.choice((1, 2))])
    scopes = ("",) if random_.random() < 0.25 else spaces
    targets = tuple(Target(kind, space) for kind in chosen for space in scopes)
    squalls: list[Squall] = []
    for number in range(random_.randint(2, 5)):
        name = names[seed % len(names)] if number == 0 else random_.choice(names)
        squalls += _squall(name, chosen, random_)
    squalls.sort(key=lambda squall: squall.at_s)
    storm_s = max(STORM_S, *(squall.at_s + squall.fault.lasts_s for squall in squalls))
    pace_s = random_.choice((0.02, 0.08, 0.2))
    return Plan(seed, spaces, targets, tuple(squalls), storm_s, pace_s)


def _squall(name: str, kinds: Sequence[str], random_: random.Random) -> Iterator[Squall]:
    """Yield a fault, and with it what makes the subject meet it."""
    lasts_s = LONGEST_S if random_.random() < 0.03 else random_.uniform(*SHORT_S)
    kind = random_.choice((*kinds, "")) if name != "outage" else ""
    if kind and random_.random() < 0.15:
        # Of one kind only: the cluster itself must be found first.
        yield Squall(EARLY_S, Fault(name, kind, round(lasts_s, 3)))
        return
    at_s = round(random_.uniform(0.2, STORM_S - 0.5), 3)
    fault = Fault(name, kind, round(lasts_s, 3))
    yield Squall(at_s, fault)
    if name == "gone_page":
        yield Squall(at_s, Fault("pages", kind, fault.lasts_s))
    if (triggers := TRIGGERS.get(fault.layer)) and random_.random() < 0.8:
        yield Squall(at_s + 0.01, Fault(random_.choice(triggers), kind, 0.1))
