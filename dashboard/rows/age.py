"""A time alone in a cell: what the server prints as a duration, as the time itself.

Go: k8s.io/kubernetes/pkg/printers/internalversion#translateTimestampSince and
#translateMicroTimestampSince.
"""

from typing import Final

from dashboard.api.table import TimeCell
from dashboard.wire.partial import TIME, Partial, instant_ms

UNKNOWN: Final = "<unknown>"


def age(time: Partial) -> TimeCell | str:
    """Return a Time or MicroTime as a cell."""
    if type(time) is TIME and (seconds := time.seconds):
        return TimeCell(seconds * 1000)  # as below, without the call: each change of a pod has one
    found = instant_ms(time)
    return UNKNOWN if found is None else TimeCell(found)
