"""`python -m tests.faults`: run seeds against a real API server and hold each against the invariants."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop

from tests.cluster import binaries
from tests.cluster.controlplane import Request
from tests.cluster.instance import Instance, base
from tests.cluster.lease import leased
from tests.faults.campaign import Campaign
from tests.faults.drill import DRILLS
from tests.faults.ground import KINDS


def main() -> int:
    """Print a line for each seed; return 1 if any broke an invariant."""
    options = _options()
    with ExitStack() as stack:
        if options.instance:
            instance = Instance(options.instance)
        else:
            instance = stack.enter_context(
                leased(f"faults-{os.getpid()}", Request(version=options.version, pods=0))
            )
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        campaign = Campaign(
            folder,
            logs=base().parent / "faults",
            subject=options.subject,
            kinds=options.kinds.split(","),
            faults=options.faults.split(",") if options.faults else [],
            keep=options.keep,
        )
        begun = time.monotonic()
        if options.drills:
            names = list(DRILLS) if options.drills == "all" else options.drills.split(",")
            failed = uvloop.run(campaign.drill(instance, names))
        else:
            seeds = range(options.first, options.first + options.seeds)
            failed = uvloop.run(campaign.run(instance, seeds, at_once=options.at_once))
        campaign.summarize(time.monotonic() - begun)
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=60, help="how many")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--kinds", default=",".join(KINDS), help="which kinds, with commas")
    parser.add_argument("--faults", default="", help="which faults, with commas; all by default")
    parser.add_argument(
        "--drills", default="", help=f"instead of seeds: all, or {', '.join(DRILLS)}"
    )
    parser.add_argument("--subject", choices=("portolan", "official"), default="portolan")
    parser.add_argument("--at-once", type=int, default=8, help="seeds that run side by side")
    parser.add_argument(
        "--version",
        type=binaries.spelled,
        default=binaries.DEFAULT_VERSION,
        help=f"of the API server: {', '.join(binaries.versions())}",
    )
    parser.add_argument("--instance", default="", help="a running cluster of this checkout")
    parser.add_argument("--keep", action="store_true", help="keep the logs of good seeds too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
