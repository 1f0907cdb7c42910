"""Jobs. Go: k8s.io/kubernetes/pkg/printers/internalversion#printJob.

Servers before 1.31 have no Status, and print the rest as later ones do.
"""

from sys import intern
from typing import Final

from dashboard.api.age import human_duration
from dashboard.api.table import Cell, TimeCell, TimeForm
from dashboard.rows.age import age
from dashboard.rows.workload import containers, selector
from dashboard.wire.partial import Partial, instant_ms

COLUMNS: Final = (
    "Name",
    "Status",
    "Completions",
    "Duration",
    "Age",
    "Containers",
    "Images",
    "Selector",
)


def cells(job: Partial) -> tuple[Cell, ...]:
    """Return the cells of COLUMNS."""
    metadata, spec, status = job.metadata, job.spec, job.status
    return (
        metadata.name,
        _status(job),
        intern(f"{status.succeeded}/{_wanted(spec)}"),
        _duration(status),
        age(metadata.creationTimestamp),
        *containers(spec.template),
        selector(spec),
    )


def _status(job: Partial) -> str:
    """Return the first of these that holds; of each condition the first of its type counts."""
    held: dict[str, str] = {}
    for condition in job.status.conditions or ():
        held.setdefault(condition.type, condition.status)
    for type_ in ("Complete", "Failed"):
        if held.get(type_) == "True":
            return type_
    if job.metadata.HasField("deletionTimestamp"):
        return "Terminating"
    for type_ in ("Suspended", "FailureTarget", "SuccessCriteriaMet"):
        if held.get(type_) == "True":
            return type_
    return "Running"


def _wanted(spec: Partial) -> str:
    if spec.HasField("completions"):
        return str(spec.completions)
    parallelism = spec.parallelism if spec.HasField("parallelism") else 0
    return f"1 of {parallelism}" if parallelism > 1 else "1"


def _duration(status: Partial) -> Cell:
    """Return how long a job ran, as a time that ticks while it is not complete."""
    started_ms = instant_ms(status.startTime) if status.HasField("startTime") else None
    if started_ms is None:
        return ""
    completed_ms = instant_ms(status.completionTime) if status.HasField("completionTime") else None
    if completed_ms is None:
        return TimeCell(started_ms, TimeForm.DURATION)
    return intern(human_duration(completed_ms - started_ms))
