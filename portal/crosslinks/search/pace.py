"""How often one visitor may ask, so that a script that searches takes nobody's turn."""

import time
from collections import OrderedDict
from collections.abc import Callable

VISITORS_LIMIT = 5_000
"""Visitors whose pace is remembered; who has been quiet longest is forgotten first."""


class Pace:
    """A token bucket for each visitor: `burst` questions at once, `per_s` a second after that."""

    def __init__(
        self, *, burst: int, per_s: float, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Know no visitor yet."""
        self._burst = burst
        self._per_s = per_s
        self._monotonic = monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admits(self, visitor: str) -> bool:
        """Return whether `visitor` may ask now; if so, the question is counted."""
        now = self._monotonic()
        left, at = self._left.pop(visitor, (float(self._burst), now))
        left = min(left + (now - at) * self._per_s, float(self._burst))
        is_admitted = left >= 1
        self._left[visitor] = (left - 1 if is_admitted else left, now)
        if len(self._left) > VISITORS_LIMIT:
            self._left.popitem(last=False)
        return is_admitted
