"""What the page of the design system shows of the live half: every part in every state.

All of it is made up: no cluster is asked. Names and numbers are those of the drafts.
"""

from dataclasses import dataclass, replace

from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.state import State as Age
from dashboard.api.table import Column, MixedCell, Row, TimeCell
from dashboard.views import judgement, sketch, specimen
from dashboard.views.cells import RowView, is_numeric, row_view
from dashboard.views.finding import Change, Evidence, Finding, NextStep
from dashboard.views.hop import WayIn
from dashboard.views.judgement import Answer, Check, Link, Tally
from dashboard.views.part import Facet, Node, Scale, Tab, Verdict
from dashboard.views.peek import Peek
from dashboard.views.record import DiffLine, EventLine, FieldLine, LogEntry, WriterChoice
from dashboard.views.relation import Graph, RelatedGroup
from dashboard.views.source import Held, Question, Sources
from dashboard.views.space import Spaces
from dashboard.views.states import (
    Empty,
    Forbidden,
    Loading,
    Near,
    NoMatch,
    Stale,
    Term,
    Unknown,
)
from dashboard.views.states import State as ListState
from dashboard.views.table import Freshness
from dashboard.views.timeline import Timeline

NOW_MS = 1_790_000_000_000
MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class LookBook:
    """Fixtures, by section of the page."""

    ages: tuple[Freshness, ...]
    states: tuple[ListState, ...]
    stale: Stale
    old: tuple[tuple[str, str, str], ...]
    """What stays on screen while a list is stale: mark, name and word."""
    terms: tuple[Term, ...]
    facets: tuple[Facet, ...]
    columns: tuple[tuple[str, str], ...]
    """Label and class."""
    rows: tuple[RowView, ...]
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    verdicts: tuple[Verdict, ...]
    tabs: tuple[Tab, ...]
    tree: Node
    scales: tuple[Scale, ...]
    coasts: tuple[sketch.Sized, ...]
    events: tuple[EventLine, ...]
    log: tuple[LogEntry, ...]
    fields: tuple[FieldLine, ...]
    writers: tuple[WriterChoice, ...]
    diff: tuple[DiffLine, ...]
    tally: Tally
    checks: tuple[Check, ...]
    matrix: tuple[judgement.Column, ...]
    chain: tuple[Link, ...]
    answer: Answer
    timeline: Timeline
    graph: Graph
    related: tuple[RelatedGroup, ...]
    way: WayIn
    peek: Peek
    spaces: Spaces
    sources: Sources
    held: Held
    question: Question


def look_book() -> LookBook:
    """Return every fixture."""
    rows = _rows()
    return LookBook(
        ages=tuple(Freshness(age.value, 0, "") for age in Age),
        states=_states(),
        stale=Stale("14:02:11", "3 min 12 s. The API server closed the watch.", "#states"),
        old=tuple(
            (row.cells[3].mark, row.name, row.cells[3].text)
            for row in (row_view(row, _COLUMNS, NOW_MS, has_namespace=True) for row in rows[:5])
        ),
        terms=_TERMS,
        facets=(
            Facet("CrashLoopBackOff", "14", "#table", "fail", "fail", is_chosen=True),
            Facet("Pending", "9", "#table", "warn", "warn"),
            Facet("ContainerCreating", "22", "#table", "move", "move"),
            Facet("Running", "5,371", "#table", "ok", "ok"),
            Facet("node ap-17", "31", "#table"),
        ),
        columns=(
            ("Namespace", "c-ns"),
            *((column.name, "num" if is_numeric(column) else "") for column in _COLUMNS),
        ),
        rows=tuple(
            replace(shown, is_selected=shown.name == specimen.PEEK.name)
            for shown in (row_view(row, _COLUMNS, NOW_MS, has_namespace=True) for row in rows)
        ),
        findings=_FINDINGS,
        changes=_CHANGES,
        verdicts=(
            Verdict("fail", "3 of 3 pods are crash-looping: each was killed for memory at 256Mi."),
            Verdict("warn", "The rollout has not moved for 10 minutes: 4 of 6 new pods are ready."),
        ),
        tabs=(
            Tab("Overview", "#object", is_current=True),
            Tab("YAML", "#object"),
            Tab("Events", "#object", "128"),
            Tab("Logs", "#object"),
        ),
        tree=sketch.TREE,
        scales=(
            Scale("CPU requested", "71 % of 3,584 cores", 71),
            Scale("Memory requested", "92 % of 14.0 TiB", 92, is_hot=True),
            Scale("Pods", "5,416 of 12,320", 44),
            Scale("CPU used", "", unknown="unknown", reason="metrics.k8s.io does not answer"),
        ),
        coasts=sketch.coasts(),
        events=specimen.EVENTS,
        log=specimen.LOG,
        fields=specimen.FIELDS,
        writers=specimen.WRITERS,
        diff=specimen.DIFF,
        tally=Tally(passed=31, failed=4, unknown=6),
        checks=specimen.CHECKS,
        matrix=specimen.MATRIX,
        chain=specimen.CHAIN,
        answer=specimen.ANSWER,
        timeline=sketch.timeline(),
        graph=sketch.graph(),
        related=sketch.RELATED,
        way=specimen.WAY,
        peek=specimen.PEEK,
        spaces=specimen.SPACES,
        sources=specimen.SOURCES,
        held=specimen.HELD,
        question=specimen.QUESTION,
    )


_TERMS = (
    Term("status", "is Faild", "#states"),
    Term("restarts", "more than 3", "#states"),
)


def _states() -> tuple[ListState, ...]:
    return (
        Loading("3,200 of about 5,400 pods", 3200, 5400),
        Empty("No CronJobs in identity", "answered 0.4 s ago, version 918273645"),
        Forbidden(
            "You may not list Secrets here",
            "Your rights in team-secrets do not include list secrets.",
            "kubectl auth can-i list secrets -n team-secrets",
        ),
        NoMatch(
            5416,
            _TERMS[:1],
            (Near("Failed, 12", "#states"), Near("Evicted, 3", "#states")),
            "#states",
        ),
        Unknown(
            "metrics.k8s.io is registered but does not answer: CPU of 5,416 pods.",
            "Available=False MissingEndpoints kube-system/metrics-server",
        ),
    )


_COLUMNS = (
    Column("Name", format="name"),
    Column("Ready"),
    Column("Status"),
    Column("Restarts"),
    Column("Age"),
)


def _rows() -> tuple[Row, ...]:
    said: tuple[tuple[str, str, str, str, str, int], ...] = (
        ("checkout", "cart-api-7d9c5b8f64-x2k4q", "1/1", "Running", "0", 4300),
        ("checkout", "cart-api-5f4d8c9b77-m2x8r", "0/1", "ContainerCreating", "0", 1),
        ("payments", "ledger-writer-6b9d7c5f48-k2wmv", "0/1", "CrashLoopBackOff", "41", 190),
        ("search", "indexer-7", "0/1", "Pending", "0", 48),
        ("search", "reindex-28471-9vq2t", "0/1", "Completed", "0", 700),
        ("monitoring", "prometheus-0", "2/2", "Terminating", "2", 90000),
        ("kube-system", "kube-proxy-4t9bd", "1/1", "Unknown", "1", 130000),
        ("identity", "token-rotator-7pqxd", "0/1", "Suspended", "0", 2900),
    )
    return tuple(
        Row(
            Uid(name),
            Namespace(namespace),
            ObjectName(name),
            ResourceVersion("7"),
            (
                name,
                ready,
                status,
                MixedCell(restarts, NOW_MS - 3 * MINUTE_MS) if restarts != "0" else restarts,
                TimeCell(NOW_MS - age * MINUTE_MS),
            ),
        )
        for namespace, name, ready, status, restarts, age in said
    )


_FINDINGS = (
    Finding(
        "fail",
        "ledger-writer",
        "is crash-looping: 3 of 3 pods, out of memory",
        "#problems",
        "for 21 min",
        (
            Evidence(
                "pod status", "lastState.terminated: ", "OOMKilled", ", exit 137, limit 256Mi"
            ),
            Evidence("event ×128", "kubelet ", "BackOff", " “Back-off 5m0s restarting”"),
            Evidence("revision", "rev 14 → ", "15", " lowered limits.memory 512Mi → 256Mi"),
        ),
        (
            NextStep("box", "payments/ledger-writer", "#problems"),
            NextStep("code", "doBackOff", "#code"),
            NextStep("book", "Restarting a container", "#route"),
        ),
    ),
    Finding(
        "warn",
        "cart-api",
        "rollout has not moved for 10 minutes: 4 of 6 new pods ready",
        "#problems",
        "for 12 min",
        (Evidence("condition", "Progressing=False ", "ProgressDeadlineExceeded", ""),),
    ),
    Finding(
        "doubt",
        "9 pods on ap-17",
        "have an unknown state: their kubelet is silent",
        "#problems",
        "for 58 s",
    ),
)

_CHANGES = (
    Change(
        "2026-11-21T09:48:00Z",
        "12 min ago",
        "move",
        "move",
        "cart-api",
        "#problems",
        "rolled out revision 31: image 4.19.0 → 4.20.0",
        "argocd-controller",
    ),
    Change(
        "2026-11-21T09:38:00Z",
        "22 min ago",
        "fail",
        "fail",
        "ledger-writer",
        "#problems",
        "rolled out revision 15: memory limit 512Mi → 256Mi",
        "kubectl, maya",
    ),
    Change(
        "2026-11-21T09:09:00Z",
        "51 min ago",
        "done",
        "still",
        "node ap-18",
        "#problems",
        "drained and gone",
        "cluster-autoscaler",
    ),
)
