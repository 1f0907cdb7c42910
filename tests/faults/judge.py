"""What one informer said during a run, added up and judged: C1 to C6, C9 to C11.

The sharpest check is behind most of them: at every moment that is written down, what is held must be
exactly what the collection was at the resourceVersion that is claimed in the same step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from tests.faults.conduct import Conduct
from tests.faults.history import History, Object, Place, Truth

TOLD_S = 2.0
"""How long after bad news a state may still be `live`."""

WITHDRAWN_S = 30.0
"""How long, by the subject's clock, after a refusal its rows may still be shown."""

UNKNOWN_S = 150.0
"""How long, by the subject's clock, an etcd that went back may stay unnoticed (F18)."""

WHOLE = frozenset({"live", "stale", "resyncing"})
"""States that call what is shown whole as of some moment."""

AGE_SLACK_S = 1.0
SILENT = "n/a"
"""The state of a subject that does not say."""

Row = tuple[str, int, str, str]
"""uid, resourceVersion, stamp and cells."""

Wrong = tuple[str, float, str, str]
"""Invariant, when, what, and what makes it the same as another."""


class Run(Protocol):
    """What an informer is judged against."""

    rate: float
    wall_ms: int
    spaces: frozenset[str]
    histories: list[History]
    restored: int
    restored_t: float

    def awake_s(self, begin: float, end: float) -> float:
        """Return how long the process ran between two moments."""
        ...

    def report(self, invariant: str, t: float, target: str, text: str, *, once: str = "") -> None:
        """Keep a violation."""
        ...


class Informer:
    """What one informer said, added up."""

    def __init__(self, name: str, run: Run) -> None:
        self._name = name
        self._kind, _, space = name.partition("/")
        self._run = run
        self._spaces = run.spaces if space == "*" else frozenset({space})
        self.conduct = Conduct(name, run.rate, self._report, run.awake_s)
        self._held: dict[Place, Row] = {}
        self._gone: set[str] = set()
        self._top: dict[str, int] = {}
        self._cells: dict[tuple[str, int], str] = {}
        self._epoch = 0
        self._version = 0
        self._lists = 0
        self._wanted = 0
        self._last: Mapping[str, Any] = {}
        self._is_withdrawn = False
        self._emptied: tuple[Mapping[str, Any], list[Wrong]] | None = None
        self._is_told_of_old = False
        """Whether a listing was answered as it was before (F8): then what is older may come again."""
        self._past = 0
        """In which of the cluster's histories it lives: it learns of a restored one by a listing."""

    @property
    def _history(self) -> History:
        return self._run.histories[self._past]

    def _report(self, invariant: str, t: float, text: str, *, once: str = "") -> None:
        self._run.report(invariant, t, self._name, text, once=once)

    # --- what the subject said

    def deltas(self, entry: Mapping[str, Any]) -> None:
        """Add changes up, and compare with what was true."""
        self._judge(entry)
        if not entry["version"] and self.conduct.lists > self._lists:
            self._begin_anew()  # a listing is taken over; its version is claimed in the same step
        for change in entry["changes"]:
            if change["namespace"] in self._spaces:
                self._change(entry, change)
        wrong = self._wrong(entry)
        if wrong and not self._held:
            self._emptied = entry, wrong  # the next word says whether they were withdrawn
        else:
            self._tell(wrong)

    def state(self, entry: Mapping[str, Any]) -> None:
        """Judge what it says of itself."""
        if self._emptied is not None:
            then, wrong = self._emptied
            self._emptied = None
            if entry["state"] == "denied":
                text = f"withdrawn while {then['state']} at {then['version']} is claimed"
                wrong = [("C9", then["t"], text, "withdrawn")]
            self._tell(wrong)
        self._judge(entry)
        self._tell(self._wrong(entry))

    def sample(self, entry: Mapping[str, Any]) -> None:
        """Compare everything that is held with the changes that were told, and with what was true."""
        rows = {place: row for place, row in _rows(entry["rows"]) if place[0] in self._spaces}
        t = entry["t"]
        for place in self._held.keys() - rows.keys():
            self._report("C3", t, f"{_at(place)} went without a word", once=_at(place))
        for place, row in rows.items():
            if self._held.get(place) != row:
                text = f"{_at(place)} is held as {row[:3]}, told as {self._held.get(place)}"
                self._report("C11", t, text, once=_at(place))
        self._held = rows
        if entry["state"] == "denied" and rows:
            self._report("C10", t, f"denied, and {len(rows)} rows are shown", once="denied")
        self._judge(entry)
        self._tell(self._wrong(entry))
        self._last = entry

    def stale(self) -> None:
        """Know that a listing is answered by a server that lags: nobody can tell."""
        self._is_told_of_old = True

    def healed(self, entry: Mapping[str, Any]) -> None:
        """Know what must have arrived at the end."""
        self._wanted = int(entry["versions"][self._name])

    def truth(self, entry: Mapping[str, Any]) -> None:
        """Compare what is held at the end with the server's own word (C1)."""
        t = entry["t"]
        if (
            self._last["state"] not in {"live", SILENT}
            or int(self._last["version"] or 0) < self._wanted
        ):
            text = f"{self._last['state']} at {self._last['version']}, not live at {self._wanted}"
            self._report("C1", t, text, once="late")
        true = {place: row for place, row in _rows(entry["rows"]) if place[0] in self._spaces}
        for place in true.keys() | self._held.keys():
            held, real = self._held.get(place), true.get(place)
            if held and real and not held[3]:  # the subject keeps objects, not cells
                real = (*real[:3], "")
            if held != real:
                self._report(
                    "C1", t, f"{_at(place)} is held as {held}, and is {real}", once=_at(place)
                )

    def finish(self, t: float) -> None:
        """Judge what only the end shows."""
        self.conduct.finish(t)

    # --- judgements

    def _change(self, entry: Mapping[str, Any], change: Mapping[str, Any]) -> None:
        t, place = entry["t"], (change["namespace"], change["name"])
        old, new = _row(change["old"]), _row(change["new"])
        have = self._held.get(place)
        if change.get("old_known", True) and (old and old[0]) != (have and have[0]):
            text = f"{_at(place)} changes from {old and old[:2]}, held was {have and have[:2]}"
            self._report("C11", t, text, once=_at(place))
        if new is None:
            self._held.pop(place, None)
            gone = have or old
            if gone is not None and self._is_deleted(gone[0], entry):
                self._gone.add(gone[0])
            return
        if have is not None and have[0] != new[0]:
            self._report(
                "C6", t, f"{_at(place)} became another object in one step", once=_at(place)
            )
        if new[0] in self._gone and not self._may_not_know(t):
            self._report("C2", t, f"{_at(place)} is back after its deletion", once=_at(place))
        if new[1] < self._top.get(new[0], 0) and not self._may_not_know(t):
            text = f"{_at(place)} goes from {self._top[new[0]]} to {new[1]}"
            self._report("C4", t, text, once=_at(place))
        self._top[new[0]] = max(new[1], self._top.get(new[0], 0))
        if self._cells.setdefault(new[:2], new[3]) != new[3]:
            self._report("C1", t, f"{_at(place)} has two contents at {new[1]}", once=_at(place))
        self._held[place] = new

    def _begin_anew(self) -> None:
        """Live in the newest history; versions and incarnations of an older one mean nothing there."""
        is_another = self._past != self._run.restored
        if is_another or self._is_told_of_old:
            self._top.clear()
            self._gone.clear()
        if is_another:
            self._cells.clear()
        self._past, self._is_told_of_old = self._run.restored, False

    def _is_deleted(self, uid: str, entry: Mapping[str, Any]) -> bool:
        version = int(entry["version"] or 0)
        return uid in self._history.uids and self._history.is_deleted(uid, version)

    def _wrong(self, entry: Mapping[str, Any]) -> list[Wrong]:
        """Return where what is held is not what was true at the version that is claimed."""
        version = int(entry["version"] or 0)
        if not version or self._may_not_know(entry["t"]):
            return []
        found: list[Wrong] = []
        places = {p for p in self._history.places(self._kind) if p[0] in self._spaces}
        for place in places | self._held.keys():
            row = self._held.get(place)
            have: Object | None = row[:3] if row else None
            allowed = self._history.at(self._kind, place, version)
            if have not in allowed:
                invariant, text = self._name_it(have, allowed, version)
                found.append((invariant, entry["t"], f"{_at(place)} {text}", _at(place)))
        return found

    def _may_not_know(self, t: float) -> bool:
        """Whether the cluster went back so recently that nothing had to tell."""
        if self._past == self._run.restored:
            return False
        return self._run.awake_s(self._run.restored_t, t) * self._run.rate < UNKNOWN_S

    def _tell(self, wrong: Iterable[Wrong]) -> None:
        for invariant, t, text, once in wrong:
            self._report(invariant, t, text, once=once)

    def _name_it(self, have: Object | None, allowed: Truth, version: int) -> tuple[str, str]:
        real = next((each for each in allowed.objects if each is not None), None)
        if have is None:
            return "C7", f"is missing at {version}, where {real} is true"
        if have[1] > version:
            return "C9", f"is {have} at {version}, which is older"
        if real is None:
            was = "C2" if have[0] in self._gone else "C3"
            return was, f"is {have} at {version}, where it is deleted"
        if have[0] == real[0] and have[1] < real[1]:
            return "C7", f"is {have} at {version}, where {real} is true"
        return "C1", f"is {have} at {version}, where {real} is true"

    def _judge(self, entry: Mapping[str, Any]) -> None:
        """Check versions and epochs (C5), and what is said of their age."""
        t, epoch, version = entry["t"], entry["epoch"], int(entry["version"] or 0)
        if epoch != self._epoch:
            if epoch < self._epoch or self.conduct.lists <= self._lists:
                self._report("C5", t, f"epoch {epoch} after {self._epoch} without a listing")
            self._epoch, self._lists, self._version = epoch, self.conduct.lists, 0
            self._is_withdrawn = False
            self._begin_anew()
        if version:
            if version < self._version:
                self._report("C5", t, f"version {version} after {self._version} in one epoch")
            self._version = version
        if entry["state"] != SILENT:
            self._judge_age(entry)

    def _judge_age(self, entry: Mapping[str, Any]) -> None:
        """Check that nothing is called newer or better than could be known (C10)."""
        t, state = entry["t"], entry["state"]
        contact = self.conduct.contact
        observed = entry["observed_ms"]
        if observed > entry["wall_ms"]:
            self._report("C10", t, "observed in the future", once="future")
        observed_t = (observed - self._run.wall_ms) / 1000
        late_s = self._run.awake_s(contact.good_t, observed_t)
        if late_s > AGE_SLACK_S and not contact.is_dripping:
            text = f"observed {late_s:.1f} s after the last good word"
            self._report("C10", t, text, once="observed")
        if state == "denied":
            self._is_withdrawn = True
        elif self._is_withdrawn and state in WHOLE:
            text = f"{entry['state']} after its rows were withdrawn, and nothing was listed since"
            self._report("C10", t, text, once="withdrawn")
        told_s = self._run.awake_s(contact.bad_t, t) if contact.is_bad else 0.0
        if state == "live" and told_s > TOLD_S:
            text = f"live, {told_s:.1f} s after bad news and no good"
            self._report("C10", t, text, once="live")
        if contact.denied_t is not None and state != "denied":
            shown_s = self._run.awake_s(contact.denied_t, t) * self._run.rate
            if shown_s > WITHDRAWN_S and self._held:
                self._report("C10", t, f"shown for {shown_s:.0f} s after a refusal", once="shown")


def _row(said: Sequence[str] | None) -> Row | None:
    return None if said is None else (said[0], int(said[1]), said[2], said[3])


def _rows(rows: Iterable[Sequence[str]]) -> Iterable[tuple[Place, Row]]:
    for namespace, name, uid, version, stamp, cells in rows:
        yield (namespace, name), (uid, int(version), stamp, cells)


def _at(place: Place) -> str:
    return "/".join(place)
