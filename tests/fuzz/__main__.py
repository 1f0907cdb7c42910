"""`python -m tests.fuzz --minutes N`: prints what was played, how slow the slowest was, and what failed."""

import argparse
import faulthandler
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.drill import Failure, drill
from tests.fuzz.fleet import fleet

STUCK_S = 60.0
"""After which the stacks of a hang inside C code are printed, and the run ends."""


def main() -> int:
    """Run; return 1 where anything failed."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    asked.add_argument("--minutes", type=float, default=1.0)
    asked.add_argument("--seed", default="", help="of a run that is to be played again")
    asked.add_argument("--only", default="", help="comma-separated targets")
    options = asked.parse_args()
    minutes: float = options.minutes
    seed = options.seed or secrets.token_hex(4)
    print(f"seed {seed}", flush=True)
    end = time.monotonic() + minutes * 60

    def is_over() -> bool:
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        return time.monotonic() > end

    def say(failure: Failure) -> None:
        print(f"{failure.target} {failure.number}: {failure.what}", flush=True)

    with tempfile.TemporaryDirectory(prefix="portolan-fuzz-") as folder:
        wanted = set(options.only.split(",")) - {""}
        targets = [one for one in fleet(Path(folder)) if not wanted or one.name in wanted]
        report = drill(targets, seed, Path(folder), is_over, say)
    faulthandler.cancel_dump_traceback_later()
    for name, played in report.played.items():
        slowest = report.slowest_s[name] * 1000
        print(f"{name:8} {played:9,} inputs, the slowest {slowest:.0f} ms")
    print(f"{len(report.failures)} failures")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
