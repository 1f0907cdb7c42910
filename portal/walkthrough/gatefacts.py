"""What the page of a feature gate tells of it: its stages, and what it was at each imported version."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.source.gates import Gate, GateState, gates_of, may_be_gate, release, state_at
from portal.source.index import Index
from portal.source.symbols import Kind
from portal.walkthrough.fate import versions
from portal.walkthrough.links import Links
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject


@dataclass(frozen=True, slots=True)
class Stage:
    """What a gate is from one release on, as a table has it."""

    since: str
    """Such as 1.27; "" where the table names no release."""
    stage: str
    """As Go has it: Alpha, Beta, GA, Deprecated."""
    is_on: bool
    is_locked: bool
    line: int
    """Of the table's file."""
    href: str
    is_now: bool
    """Whether it holds at the version that is shown."""


@dataclass(frozen=True, slots=True)
class GateTable:
    """A gate as one table has it."""

    path: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class GatePast:
    """A gate at an imported version. `stage` is "" where that has no such gate, or does not say."""

    version: str
    href: str
    stage: str
    is_on: bool
    is_locked: bool
    is_shown: bool


@dataclass(frozen=True, slots=True)
class GateFacts:
    """A feature gate. `tables` has more than one where a component sets it otherwise."""

    tables: tuple[GateTable, ...]
    past: tuple[GatePast, ...]
    """The oldest version first."""


def gate_facts(index: Index, subject: Subject, kind: str, links: Links) -> GateFacts | None:
    """Return what tables say of a gate; None for what is none."""
    if kind != Kind.CONST.value or not may_be_gate(index, subject.name):
        return None
    found = gates_of(index).get((subject.importpath, subject.name), ())
    if not found:
        return None
    version = stock(subject.where).snapshot(subject.key).version
    tables = tuple(_table(subject.key, gate, version, links) for gate in found)
    return GateFacts(tables, tuple(_past(subject, links)))


def told(index: Index, importpath: str, name: str) -> str:
    """Return what a gate is at a version in the words of its table, "" for what is no gate."""
    for gate in gates_of(index).get((importpath, name), ())[:1]:
        state = state_at(gate.states, index.view.snapshot.version)
        if state is not None:
            locked = ", LockToDefault" if state.is_locked else ""
            return f"{state.stage}, Default: {str(state.is_on).lower()}{locked}"
    return ""


def _table(key: str, gate: Gate, version: str, links: Links) -> GateTable:
    now = state_at(gate.states, version)

    def stage(state: GateState) -> Stage:
        since = ".".join(map(str, state.since)) if state.since != release("") else ""
        href = links.source(key, gate.path, state.line)
        return Stage(
            since, state.stage, state.is_on, state.is_locked, state.line, href, state == now
        )

    return GateTable(gate.path, tuple(map(stage, gate.states)))


def _past(subject: Subject, links: Links) -> Iterator[GatePast]:
    for snapshot, index in versions(subject.where, subject.key):
        gates = gates_of(index).get((subject.importpath, subject.name), ())
        state = state_at(gates[0].states, snapshot.version) if gates else None
        yield GatePast(
            snapshot.version,
            links.at_version(snapshot.version).symbol(subject.importpath, subject.name),
            state.stage if state else "",
            state.is_on if state else False,
            state.is_locked if state else False,
            snapshot.key == subject.key,
        )
