"""Tapes tell what the reflector does today: recorded again, the steps are those of the chapter."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
import uvloop

from tests.cluster.binaries import DEFAULT_VERSION
from tests.cluster.controlplane import Request
from tests.cluster.fixtures import OLD_VERSION
from tests.cluster.lease import leased
from tests.faults.script import ALONE, OLD, SCRIPTS
from tests.faults.take import TapeClock
from tests.faults.tape import TAPES, record_all

AT_ONCE = 6


def test_there_is_a_tape_for_each_script_and_no_other() -> None:
    assert {path.stem for path in TAPES.glob("*.json")} == set(SCRIPTS)


@pytest.mark.cluster
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("version", "names"),
    [(DEFAULT_VERSION, sorted(SCRIPTS.keys() - OLD - ALONE)), (OLD_VERSION, sorted(OLD))],
)
def test_reflector_does_what_the_tapes_say(
    version: str, names: Sequence[str], tmp_path: Path
) -> None:
    with leased(f"tapes-{os.getpid()}", Request(version=version, pods=0)) as instance:
        found = uvloop.run(record_all(instance, tmp_path, names, at_once=AT_ONCE))

    for name in names:
        kept = json.loads((TAPES / f"{name}.json").read_bytes())
        assert kept["server"] == version
        assert told(name, found[name]["steps"]) == told(name, kept["steps"]), name


def test_clock_that_is_hurried_tells_the_time_it_let_pass() -> None:
    clock = TapeClock()
    before = clock.monotonic()
    clock.hurry(1000.0)
    stamp_ms = clock.now_ms() + 100

    assert clock.monotonic() >= before
    assert clock.passed_ms(stamp_ms) > 90_000  # but for less than a millisecond of the machine


def told(tape: str, steps: Sequence[dict[str, object]]) -> list[object]:
    """Return which steps were taken.

    When a server sends a bookmark, and how many, is its own affair: they count on their own tape alone.
    """
    names = [each["step"] for each in steps]
    taken = names if tape == "bookmark" else [name for name in names if name != "bookmark"]
    return [step for step, _ in itertools.groupby(taken)]
