"""Portolan through the storm: seeds on a new server and an old one, and drills; no invariant is broken."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import uvloop

from tests.cluster.controlplane import Request
from tests.cluster.fixtures import OLD_VERSION
from tests.cluster.instance import ROOT
from tests.cluster.lease import leased
from tests.faults.campaign import Campaign
from tests.faults.drill import DRILLS
from tests.faults.ground import KINDS
from tests.faults.validator import Violation

SEEDS = 60
OLD_SEEDS = range(1, 13)
AT_ONCE = 12
ONCE_BROKEN = tuple(
    int(line.split()[0])
    for line in (Path(__file__).parent / "seeds.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
"""Seeds that found a mistake of ours: they run always."""

pytestmark = pytest.mark.cluster


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """A campaign that has no cluster yet."""
    return Campaign(tmp_path, logs=ROOT / "var" / "faults", kinds=list(KINDS))


@pytest.mark.timeout(360)
def test_sixty_seeds_break_nothing(campaign: Campaign) -> None:
    seeds = sorted({*range(1, SEEDS + 1), *ONCE_BROKEN})
    with leased(f"faults-{os.getpid()}", Request(pods=0)) as instance:
        broken = uvloop.run(campaign.run(instance, seeds, at_once=AT_ONCE))

    assert campaign.seeds == len(seeds)
    assert len(campaign.struck) > 20  # it did rain
    assert told(broken) == {}


def test_a_dozen_seeds_break_nothing_on_an_old_server(campaign: Campaign) -> None:
    request = Request(version=OLD_VERSION, pods=0)
    with leased(f"faults-{os.getpid()}-old", request) as instance:
        broken = uvloop.run(campaign.run(instance, OLD_SEEDS, at_once=AT_ONCE))

    assert campaign.seeds == len(OLD_SEEDS)
    assert told(broken) == {}


@pytest.mark.timeout(360)
def test_processes_may_stop_and_die(campaign: Campaign) -> None:
    with leased(f"drills-{os.getpid()}", Request(pods=0)) as instance:
        broken = uvloop.run(campaign.drill(instance, DRILLS))

    assert campaign.seeds == len(DRILLS)
    assert told(broken) == {}


def told(broken: Mapping[int, Sequence[Violation]]) -> dict[int, list[str]]:
    """Return what broke in words."""
    return {seed: [str(each) for each in found] for seed, found in broken.items() if found}
