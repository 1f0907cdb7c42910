"""A time alone in a cell: what the server prints as a duration, as the time itself.

Go: k8s.io/kubernetes/pkg/printers/internalversion#translateTimestampSince and
#translateMicroTimestampSince.
"""

from typing import Final

from dashboard.api.table import TimeCell
from dashboard.wire.partial import Partial, instant_ms

UNKNOWN: Final = "<unknown>"


def age(time: Partial) -> TimeCell | str:
    """Return a Time or MicroTime as a cell."""
    found = instant_ms(time)
    return UNKNOWN if found is None else TimeCell(found)
