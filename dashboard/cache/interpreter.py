"""The interpreter, set so that the event loop does not stand still.

A full collection walks every container that is alive: with 50,000 rows held that stopped the loop for 20
to 70 ms, and found nothing, for what is held is freed by reference counts. Young garbage in cycles
(tracebacks, requests) is still collected young.
"""

import gc
import sys
from typing import Final

THRESHOLDS: Final = (20_000, 20, 100)
"""Net allocations before the young are looked at (1 ms), and how often before older ones are."""

SWITCH_S: Final = 0.001
"""How long a thread that draws a page may keep the loop waiting for its turn; Python's own is 5 ms."""


def calm() -> None:
    """Collect once, keep all that is left for good, and look at the old rarely from now on."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)


def keep() -> None:
    """Keep what is alive now: a full collection need not walk it.

    For what stays long and is large. Cycles that are garbage by now are kept too.
    """
    gc.freeze()
