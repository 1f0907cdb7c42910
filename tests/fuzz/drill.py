"""Runs targets on spoilt input, and says which input it was that one did not bear.

An input is made of (seed, target, number) alone, so a failure is played again by these three.
"""

import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from tests.support.footprint import footprint, outside

HANG_S = 1.0
"""Of processor time, for one input."""
FAILURES_LIMIT = 20
"""Of one target; more of them are the same."""


class Target(Protocol):
    """Something that reads what strangers wrote."""

    name: str

    def play(self, chance: Random) -> object:
        """Read one input made of `chance`; return it, or raise what nothing may raise."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One input that was not borne."""

    target: str
    number: int
    what: str


@dataclass(slots=True)
class Report:
    """What came of a run."""

    seed: str
    played: dict[str, int] = field(default_factory=dict)
    slowest_s: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def drill(
    targets: Sequence[Target],
    seed: str,
    data: Path,
    is_over: Callable[[], bool],
    say: Callable[[Failure], None] = lambda _failure: None,
) -> Report:
    """Play the targets until it is over. They may write in `data` and nowhere else."""
    report = Report(seed)
    spent_s = dict.fromkeys(targets, 0.0)  # each gets as much time as any other
    while spent_s and not is_over():
        target = min(spent_s, key=spent_s.__getitem__)
        number = report.played.get(target.name, 0)
        began = time.monotonic()
        what, took_s = _played(target, seed, number, data)
        spent_s[target] += time.monotonic() - began
        report.played[target.name] = number + 1
        report.slowest_s[target.name] = max(report.slowest_s.get(target.name, 0.0), took_s)
        if what:
            report.failures.append(Failure(target.name, number, what))
            say(report.failures[-1])
            if sum(one.target == target.name for one in report.failures) >= FAILURES_LIMIT:
                del spent_s[target]
    return report


def _played(target: Target, seed: str, number: int, data: Path) -> tuple[str, float]:
    """Return what went wrong, "" for nothing, and how long it took."""
    chance = Random(f"{seed}/{target.name}/{number}")
    began = time.process_time()
    what = ""
    with footprint() as changed:
        try:
            target.play(chance)
        except Exception:  # noqa: BLE001  (whatever it is: that is what is looked for)
            what = traceback.format_exc(limit=-6)
    took_s = time.process_time() - began
    if not what and took_s > HANG_S:
        what = f"it took {took_s:.1f} s"
    if not what and (strayed := outside(changed, data)):
        what = f"it wrote to {sorted(strayed)[:5]}"
    return what, took_s
