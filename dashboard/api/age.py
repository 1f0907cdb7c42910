"""Durations as kubectl writes them, and what such a text can have meant.

Go: k8s.io/apimachinery/pkg/util/duration#HumanDuration and #ShortHumanDuration.
"""

import re
from typing import Final

MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
YEAR_S: Final = 365 * DAY_S

INVALID: Final = "<invalid>"
"""The text for a duration of -2 s or less; clocks may differ by less than that."""

_UNITS: Final = {"y": YEAR_S, "d": DAY_S, "h": HOUR_S, "m": MINUTE_S, "s": 1}
_HUMAN = re.compile(r"(?:[0-9]{1,9}[ydhms]){1,2}", re.ASCII)
_TERM = re.compile(r"([0-9]+)([ydhms])")

# Below each limit HumanDuration changes its text once in so many seconds.
_STEPS: Final = (
    (10 * MINUTE_S, 1),
    (8 * HOUR_S, MINUTE_S),
    (8 * DAY_S, HOUR_S),
    (8 * YEAR_S, DAY_S),
)


def human_duration(duration_ms: int) -> str:
    """Return `duration_ms` in two to three figures: `118s`, `5m3s`, `3h20m`, `2d4h`, `2y10d`."""
    seconds = _whole_seconds(duration_ms)
    if seconds < 0:
        return INVALID if seconds < -1 else "0s"
    if seconds < 2 * MINUTE_S:
        return f"{seconds}s"
    if seconds < 10 * MINUTE_S:
        return _pair(seconds, "m", "s")
    if seconds < 3 * HOUR_S:
        return f"{seconds // MINUTE_S}m"
    if seconds < 8 * HOUR_S:
        return _pair(seconds, "h", "m")
    return _human_from_hours(seconds)


def _human_from_hours(seconds: int) -> str:
    if seconds < 2 * DAY_S:
        return f"{seconds // HOUR_S}h"
    if seconds < 8 * DAY_S:
        return _pair(seconds, "d", "h")
    if seconds < 2 * YEAR_S:
        return f"{seconds // DAY_S}d"
    if seconds < 8 * YEAR_S:
        return _pair(seconds, "y", "d")
    return f"{seconds // YEAR_S}y"


def short_human_duration(duration_ms: int) -> str:
    """Return `duration_ms` in its largest unit alone: `59s`, `3h`, `2d`, `1y`."""
    seconds = _whole_seconds(duration_ms)
    if seconds < 0:
        return INVALID if seconds < -1 else "0s"
    unit = next(unit for unit, size in _UNITS.items() if seconds >= size or size == 1)
    return f"{seconds // _UNITS[unit]}{unit}"


def parse_human(text: str) -> tuple[int, int] | None:
    """Return the first and last whole second of age for which a server prints `text`.

    Read as human_duration prints, else as short_human_duration does; None for what neither prints,
    `<invalid>` and `<unknown>` included. `0s` begins at -1.
    """
    if not _HUMAN.fullmatch(text):
        return None
    low = sum(int(number) * _UNITS[unit] for number, unit in _TERM.findall(text))
    if human_duration(low * 1000) == text:
        step = next((step for limit, step in _STEPS if low < limit), YEAR_S)
    elif short_human_duration(low * 1000) == text:
        step = _UNITS[text[-1]]
    else:
        return None
    return low or -1, low + step - 1


def _whole_seconds(duration_ms: int) -> int:
    # Towards zero, as Go converts: 1.9 s before is -1, which is tolerated.
    return duration_ms // 1000 if duration_ms >= 0 else -(-duration_ms // 1000)


def _pair(seconds: int, large: str, small: str) -> str:
    whole, rest = divmod(seconds, _UNITS[large])
    rest //= _UNITS[small]
    return f"{whole}{large}{rest}{small}" if rest else f"{whole}{large}"
