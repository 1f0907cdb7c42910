"""A short run of the fuzzer, and proof that it sees what it looks for.

The seed is one that found something once, so that a run tells of what changed in the code, and of
nothing else; new ones are for `python -m tests.fuzz`.
"""

import time
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.drill import Target, drill
from tests.fuzz.fleet import fleet

SECONDS = 12.0
SEED = "cb484f6c"
"""An import path with a NUL was looked up as a folder."""


def test_spoilt_input_is_borne_by_everything_that_reads_it(tmp_path: Path) -> None:
    targets = fleet(tmp_path)
    end = time.monotonic() + SECONDS

    report = drill(targets, SEED, tmp_path, lambda: time.monotonic() > end)

    assert not report.failures, report
    assert report.played.keys() == {target.name for target in targets}


class Raising:
    name = "raising"

    def play(self, chance: Random) -> object:
        raise KeyError("out of nowhere")


class Slow:
    name = "slow"

    def play(self, chance: Random) -> object:
        return pow(3, 10_000_000) % 7


class Straying:
    name = "straying"

    def __init__(self, place: Path) -> None:
        self.place = place

    def play(self, chance: Random) -> object:
        return self.place.write_text("out")


@pytest.mark.parametrize("what", ["raising", "slow", "straying"])
def test_what_is_not_borne_is_told(tmp_path: Path, what: str) -> None:
    targets: dict[str, Target] = {
        "raising": Raising(),
        "slow": Slow(),
        "straying": Straying(tmp_path / "out"),
    }
    once = iter([False, True])

    report = drill([targets[what]], "seed", tmp_path / "data", lambda: next(once))

    assert [(one.target, one.number) for one in report.failures] == [(what, 0)]
