"""Goals G1 to G4 of performance, read off the figures of a contest."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.contest import Figures

OURS = "portolan"
ROWS_ALONE = "portolan, rows"
"""Portolan without the whole objects."""

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Result:
    """One figure and what it should be; below or above `bound` is good."""

    goal: str
    against: str
    value: float
    bound: float
    is_upper: bool
    unit: str = "x"

    @property
    def is_met(self) -> bool:
        """Whether it is good enough."""
        return self.value <= self.bound if self.is_upper else self.value >= self.bound

    def line(self) -> str:
        """Return it for a terminal."""
        sign = "≤" if self.is_upper else "≥"
        value, wanted = (f"{each:9.3f}{self.unit:3}" for each in (self.value, self.bound))
        verdict = "met" if self.is_met else "missed"
        return f"{self.goal:24} {self.against:16} {value} {sign}{wanted}  {verdict}"

    def as_json(self) -> dict[str, object]:
        """Return it for var/bench.json."""
        return {
            "goal": self.goal,
            "against": self.against,
            "value": self.value,
            "unit": self.unit,
            "wanted": f"{'<=' if self.is_upper else '>='} {self.bound:g}",
            "met": self.is_met,
        }


def of_sync(figures: Sequence[Figures], pod_bytes: int, pods: int) -> list[Result]:
    """Return G1, G3 and G4: time to a queryable table, and what it holds, against those who took part."""
    by_name = {each.name: each for each in figures}
    ours = by_name[OURS]
    bounds = {"raw": 1.5, "client-go": 0.6, "kubectl": 1 / 25, "official": 1 / 20}
    found = [
        Result("G1 sync", peer, ours.sync_s / by_name[peer].sync_s, bound, is_upper=True)
        for peer, bound in bounds.items()
        if peer in by_name
    ]
    memory = "G3 memory, whole objects"
    for name, goal, bound in ((OURS, memory, 0.35), (ROWS_ALONE, "G3 memory, rows alone", 0.2)):
        if name in by_name:
            per_pod = by_name[name].grown_bytes / pods
            found.append(Result(goal, "raw JSON", per_pod / pod_bytes, bound, is_upper=True))
    if "client-go" in by_name:
        ratio = ours.grown_bytes / by_name["client-go"].grown_bytes
        found.append(Result(memory, "client-go", ratio, 1 / 8, is_upper=True))
    peak = max(0.0, ours.peak_bytes - 16 * MIB) / ours.grown_bytes
    found.append(Result("G4 peak over steady", "itself, +16 MiB", peak, 1.3, is_upper=True))
    return found


def of_ingest(figures: Sequence[Figures]) -> list[Result]:
    """Return G2: changes followed per second of CPU, against those who took part."""
    rates = {each.name: each.events_per_cpu_s for each in figures}
    bounds = {"client-go": 1.5, "client-go json": 10.0, "lightkube": 5.0, "official": 30.0}
    return [
        Result("G2 ingest", peer, rates[OURS] / rates[peer], bound, is_upper=False)
        for peer, bound in bounds.items()
        if peer in rates
    ]


def of_burst(figures: Sequence[Figures]) -> list[Result]:
    """Return G12: until ten thousand changes that came within a second were followed."""
    by_name = {each.name: each for each in figures}
    ratio = by_name[OURS].watch_s / by_name["raw"].watch_s
    return [Result("G12 burst, drained", "raw", ratio, 1.5, is_upper=True)]
