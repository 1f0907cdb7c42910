"""The conditions that an object's status reports, judged by what the word means.

Go: k8s.io/apimachinery/pkg/apis/meta/v1#Condition; API conventions, "Typical status properties".
"""

from collections.abc import Iterator

from dashboard.api.meta import Condition, instant
from dashboard.api.table import Json
from dashboard.insight.health import Health

BAD_WHEN_TRUE = (
    "Pressure",
    "Unavailable",
    "Failure",
    "Failed",
    "Degraded",
    "Stalled",
    "Problem",
    "Conflict",
)
"""Endings of condition types that are good news when they are False."""
NEUTRAL = frozenset({"Suspended", "SuccessCriteriaMet", "FailureTarget", "DisruptionTarget"})
"""Types that say what is so, good or bad."""


def conditions(status: Json) -> Iterator[Condition]:
    """Yield the conditions of a status in its own order; what is none is left out."""
    found = status.get("conditions")
    for item in found if isinstance(found, list) else ():
        if isinstance(item, dict) and isinstance(item.get("type"), str):
            generation = item.get("observedGeneration")
            yield Condition(
                item["type"],
                str(item.get("status", "Unknown")),
                str(item.get("reason") or ""),
                str(item.get("message") or ""),
                instant(item.get("lastTransitionTime")),
                generation if isinstance(generation, int) else None,
            )


def judged(condition: Condition) -> Health:
    """Return the mark of a condition: a problem only if the type's name says which way is bad."""
    if condition.type in NEUTRAL:
        return Health.STILL
    if condition.status not in {"True", "False"}:
        return Health.UNKNOWN
    is_bad = (condition.status == "True") == condition.type.endswith(BAD_WHEN_TRUE)
    return Health.WARNING if is_bad else Health.OK
