"""Growing pauses between failures.

Go: k8s.io/client-go/tools/cache#NewReflectorWithOptions.
"""

import random

from dashboard.cache.clock import Clock

BACKOFF_FIRST_S = 0.8
BACKOFF_MOST_S = 30.0
AWAY_MOST_S = 8.0
"""Longest pause while no answer comes at all: a server that is back is found within this.

Shorter than client-go's, for a refused connection costs nobody anything (fault F16).
"""

BACKOFF_RESET_S = 120.0
"""0.8 s doubling to 30 s, with as much again at random: at most 0.22 requests a second over time."""


class Backoff:
    """Growing pauses between failures; quiet for BACKOFF_RESET_S makes them short again."""

    def __init__(self, clock: Clock, random_: random.Random, *, most_s: float) -> None:
        """Start with the shortest pause; none is longer than `most_s` but for the server's wish."""
        self._clock = clock
        self._most_s = most_s
        self._random = random_
        self._next_s = BACKOFF_FIRST_S
        self._last = -BACKOFF_RESET_S

    def pause_s(self, *, at_least_s: float | None = None) -> float:
        """Return how long to wait now; `at_least_s` is what the server asked for."""
        now = self._clock.monotonic()
        if now - self._last > BACKOFF_RESET_S:
            self._next_s = BACKOFF_FIRST_S
        self._last = now
        pause = self._next_s * (1 + self._random.random())
        self._next_s = min(self._next_s * 2, self._most_s)
        return max(min(pause, self._most_s), at_least_s or 0)
