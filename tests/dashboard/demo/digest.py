"""A capture made into a recording: names, times and counts become tokens, and its end meets its start."""

from __future__ import annotations

import datetime as dt
import re
import socket
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

from dashboard.api.age import human_duration
from dashboard.demo.policy import USER
from tests.dashboard.demo.capture import Capture, Frame, Object

OLD_S = 330
"""What happened longer than this before the tape is moved further into the past by the demo.

Longer than the 5 min after which a kubelet writes an unchanged status again.
"""
EVENTS_KEPT = 150
"""Events of the snapshot: the newest, for they are the largest part of a young cluster."""
EVENTS = frozenset({"events.v1", "events.v1.events.k8s.io"})
AGES = frozenset({"Age", "Last Seen", "First Seen", "Last Schedule", "Duration"})
GROWING = frozenset(
    {"restartCount", "count", "deprecatedCount", "generation", "observedGeneration"}
)
COUNTED = frozenset({"Restarts", "Count"})
REVISION = "deployment.kubernetes.io/revision"
BINDING = "portolan"
"""The ClusterRole and ClusterRoleBinding of the portal's own account, which the demo's user takes over."""
OURS = re.compile(r"(?:f:)?world\.portolan\.example/")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_AGO = re.compile(r"(.+) \((\w+) ago\)")
_GENERATED = re.compile(r"-([bcdfghjklmnpqrstvwxz2456789]{5})$")
_EVENT = re.compile(r"\.([0-9a-f]{16})$")
_MINUTE = re.compile(r"(?<=invoice-run-)(\d{8})(?!\d)")
_ROLLED = re.compile(r"(?<=catalogue/storefront:112\.)(\d+)(?=\.0)")


class Digest:
    """One capture on its way to the data of `dashboard.demo.recording.Recording`."""

    def __init__(self, capture: Capture) -> None:
        """Order the frames into writes, one per object and resourceVersion."""
        self._capture = capture
        self._uids: dict[str, int] = {}
        self._scrub = _scrubber(capture)
        snapshot: dict[int, list[Frame]] = {}
        writes: dict[tuple[int, int], list[Frame]] = defaultdict(list)
        for frame in capture.frames:
            meta = frame.object["metadata"]
            if meta["name"] == BINDING and frame.kind.startswith("clusterrole"):
                frame = self._handed_over(frame)  # noqa: PLW2901
            name = meta.get("uid") or f"{frame.kind}/{meta['name']}"
            entity = self._uids.setdefault(name, len(self._uids))
            if frame.type == "LISTED":
                snapshot.setdefault(entity, []).append(frame)
            else:
                writes[int(meta["resourceVersion"]), entity].append(frame)
        listed = {
            entity: max(int(frame.object["metadata"].get("resourceVersion", 0)) for frame in frames)
            for entity, frames in snapshot.items()
        }
        # A kind that is listed later than another has seen some of the other's first writes.
        self._tape = [
            (entity, frames)
            for (version, entity), frames in sorted(writes.items())
            if version > listed.get(entity, 0)
        ]
        self._snapshot = self._without_old_events(snapshot)
        self._end = self._played()
        self._words: list[tuple[str, str, int | None]] = []
        self._numbers: dict[str, int] = {}

    def _handed_over(self, frame: Frame) -> Frame:
        """Return the portal's role with every kind but Secrets, or its binding with the demo's user."""
        if "subjects" in frame.object:
            subjects = [{**item, "name": USER} for item in frame.object["subjects"]]
            cells = [USER if cell == "portal" else cell for cell in frame.cells]
            return replace(frame, object={**frame.object, "subjects": subjects}, cells=cells)
        readable = defaultdict(list, {"": ["pods/log"], "metrics.k8s.io": ["nodes", "pods"]})
        for kind in self._capture.kinds.values():
            readable[kind.path.split("/")[2] if kind.path.startswith("/apis/") else ""].append(
                kind.resource["resource"]
            )
        rules = [
            {"verbs": ["get", "list", "watch"], "apiGroups": [group], "resources": resources}
            for group, resources in readable.items()
        ]
        reviews = [rule for rule in frame.object["rules"] if rule["verbs"] == ["create"]]
        return replace(frame, object={**frame.object, "rules": [*rules, *reviews]})

    def recording(self) -> Object:
        """Return the whole recording as JSON."""
        heirs, leavers, returners = self._successions()
        self._collect_words(heirs)
        pattern = re.compile("|".join(sorted(map(re.escape, self._numbers), key=len, reverse=True)))
        growth = self._growth()

        def written(entity: int, frames: list[Frame], *, was: float | None = None) -> list[Any]:
            gone = frames[0].type == "DELETED"
            at_s = max(0.0, frames[0].at_s) if was is None else was
            shown = {
                frame.kind: self._tokens(frame, pattern, growth.get(entity, {})) for frame in frames
            }
            return [round(at_s, 1), entity, {} if gone else shown]

        start = self._capture.start_s
        return {
            "version": self._capture.version,
            "discovery": self._scrub(self._capture.discovery),
            "documents": self._scrub(self._capture.documents),
            "columns": self._capture.columns,
            "bookmarks": {
                kind: [_resource_version(self._scrub(row)), cells]
                for kind, (row, cells) in self._capture.bookmarks.items()
            },
            "repeating": self._capture.repeating,
            "words": self._words,
            # Beside what is like it, which packs better; `at_s` keeps the order of the writes.
            "snapshot": sorted(
                (
                    written(entity, frames, was=float(rank - len(self._snapshot)))
                    for rank, (entity, frames) in enumerate(self._snapshot.items())
                ),
                key=lambda item: _place(self._snapshot[item[1]][0]),
            ),
            "tape": [written(entity, frames) for entity, frames in self._tape],
            "leavers": leavers,
            "heirs": heirs,
            "returners": returners,
            "phase_s": int(start) % 60,
            "minute": int(start) // 60,
        }

    def _without_old_events(self, snapshot: dict[int, list[Frame]]) -> dict[int, list[Frame]]:
        events = [entity for entity, frames in snapshot.items() if frames[0].kind in EVENTS]
        events.sort(key=lambda entity: int(_meta(snapshot[entity])["resourceVersion"]))
        dropped = set(events[:-EVENTS_KEPT])
        kept = {entity: frames for entity, frames in snapshot.items() if entity not in dropped}
        # In the order of their last writes, as their resourceVersions will count up.
        return dict(
            sorted(kept.items(), key=lambda item: int(_meta(item[1]).get("resourceVersion", 0)))
        )

    def _played(self) -> dict[int, list[Frame]]:
        """Return what there is when the tape has been played."""
        end = dict(self._snapshot)
        for entity, frames in self._tape:
            if frames[0].type == "DELETED":
                end.pop(entity, None)
            else:
                end[entity] = frames
        return end

    def _successions(self) -> tuple[dict[int, int], list[int], list[int]]:
        """Return who takes whose place, who must leave and who must come back when the tape ends."""
        families: dict[object, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for side, state in enumerate((self._snapshot, self._end)):
            for entity, frames in state.items():
                families[_family(frames[0])][side].append(entity)
        heirs: dict[int, int] = {}
        leavers: list[int] = []
        returners: list[int] = []
        for before, after in families.values():
            if set(before) == set(after):
                continue
            before.sort(key=lambda entity: _born(self._snapshot[entity]))
            after.sort(key=lambda entity: _born(self._end[entity]))
            paired = list(zip(reversed(before), reversed(after), strict=False))
            heirs |= dict(paired)
            leavers += after[: len(after) - len(paired)]
            returners += before[: len(before) - len(paired)]
        return heirs, leavers, returners

    def _collect_words(self, heirs: dict[int, int]) -> None:
        """Number the names of everything that does not stay what it is from loop to loop."""
        lasting = {
            entity
            for entity in self._snapshot.keys() & self._end.keys()
            if heirs.get(entity, entity) == entity
        }
        slots: dict[tuple[int, int], int] = {}
        seen: dict[int, list[Frame]] = dict(self._snapshot)
        for entity, frames in self._tape:
            seen.setdefault(entity, frames)
        for entity, frames in seen.items():
            if entity in lasting:
                continue
            for slot, (word, letters) in enumerate(_names(frames[0])):
                if word not in self._numbers:
                    self._numbers[word] = len(self._words)
                    self._words.append((word, letters, None))
                slots[entity, slot] = self._numbers[word]
        for entity, heir in heirs.items():
            for slot in range(8):
                if (entity, slot) in slots and (heir, slot) in slots:
                    number, later = slots[entity, slot], slots[heir, slot]
                    text, letters, _ = self._words[number]
                    self._words[number] = (text, letters, later if later != number else None)

    def _growth(self) -> dict[int, dict[str, int]]:
        """Return by how much the counts of each lasting object grow in one loop."""
        found: dict[int, dict[str, int]] = {}
        for entity in self._snapshot.keys() & self._end.keys():
            before = dict(_counts(self._snapshot[entity][0].object))
            after = dict(_counts(self._end[entity][0].object))
            grown = {path: after[path] - before[path] for path in before.keys() & after.keys()}
            if any(grown.values()):
                found[entity] = {path: by for path, by in grown.items() if by > 0}
        self._rollouts = len(
            {
                match[1]
                for _, frames in self._tape
                if frames[0].kind == "replicasets.v1.apps" and frames[0].type == "ADDED"
                for match in _ROLLED.finditer(str(frames[0].object["spec"]))
            }
        )
        return found

    def _tokens(
        self, frame: Frame, pattern: re.Pattern[str], growth: dict[str, int]
    ) -> tuple[Object, list[Any]]:
        times: list[tuple[float, str]] = []
        born = frame.object["metadata"].get("creationTimestamp") or ""

        def text(value: str, path: str) -> str:
            if _TIME.fullmatch(value):
                at = dt.datetime.fromisoformat(value).timestamp()
                # What a scripted kubelet dates before the pod stays as near as it was.
                moves = frame.kind not in EVENTS and value >= born
                token = self._time(value, at, moves=moves)
                times.append((at, token))
                return "{{" + token + "}}"
            if path.endswith(f"/{REVISION}") and _is_rolled(frame):
                return "{{D" + f"{value}:{self._rollouts}" + "}}"
            value = pattern.sub(lambda match: "{{" + f"W{self._numbers[match[0]]}" + "}}", value)
            value = _MINUTE.sub(r"{{M\1}}", value)
            return _ROLLED.sub(lambda m: "{{D" + f"{m[1]}:{self._rollouts}" + "}}", value)

        def number(value: int, path: str) -> Any:
            by = growth.get(path, 0)
            return "{{=D" + f"{value}:{by}" + "}}" if by else value

        document = _walk(_resource_version(self._scrub(frame.object)), text, number)
        printed = self._capture.start_s + frame.at_s
        # An IPAddress has a cell more than columns: its age.
        beyond = {"name": "Age", "type": "string"}
        columns = chain(self._capture.columns[frame.kind], repeat(beyond))
        cells = []
        for cell, column in zip(self._scrub(frame.cells), columns, strict=False):
            if column["name"] in COUNTED:
                cells.append(self._counted(cell, times, printed, growth))
                continue
            age = _aged(cell, times, printed) if _is_age(cell, column, frame) else None
            cells.append(age or (text(cell, "") if isinstance(cell, str) else cell))
        return document, cells

    def _counted(
        self, cell: Any, times: list[tuple[float, str]], printed: float, growth: dict[str, int]
    ) -> Any:
        by = sum(
            by
            for path, by in growth.items()
            if path.rpartition("/")[2] in {"restartCount", "count"}
        )
        if isinstance(cell, int):
            return "{{=D" + f"{cell}:{by}" + "}}" if by else cell
        count, ago = (match[1], match[2]) if (match := _AGO.fullmatch(cell)) else (cell, "")
        told = "{{D" + f"{count}:{by}" + "}}" if by else count
        return f"{told} ({_aged(ago, times, printed) or ago} ago)" if ago else told

    def _time(self, value: str, at: float, *, moves: bool) -> str:
        offset = int(at // 1) - int(self._capture.start_s)
        fraction = value[19:-1]
        is_old = moves and offset < -OLD_S
        return f"{'O' if is_old else 'T'}{offset}{fraction}"


def _is_age(cell: Any, column: Object, frame: Frame) -> bool:
    """Whether `cell` tells how long ago something was; the Duration of a Job that is over does not."""
    if not isinstance(cell, str):
        return False
    if column["name"] == "Duration":
        return "completionTime" not in frame.object.get("status", {})
    return column["name"] in AGES or column["type"] == "date"


def _aged(cell: str, times: list[tuple[float, str]], printed: float) -> str | None:
    """Return the age that `cell` printed, as a token of the time of the object that it counts from."""
    for slack in (0.0, -1.0, 1.0, -2.0):
        for at, token in times:
            if human_duration(int((printed + slack - at) * 1000)) == cell:
                form = "B" if token[0] == "O" else "A"
                return "{{" + form + token[1:].partition(".")[0] + "}}"
    return None


def _meta(frames: list[Frame]) -> Object:
    meta: Object = frames[0].object["metadata"]
    return meta


def _place(frame: Frame) -> tuple[str, str, str]:
    meta = frame.object["metadata"]
    return frame.kind, meta.get("namespace", ""), meta["name"]


def _born(frames: list[Frame]) -> tuple[str, str]:
    meta = _meta(frames)
    revision = meta.get("annotations", {}).get(REVISION, "")
    return f"{revision:>9}{meta.get('creationTimestamp', '')}", meta["name"]


def _is_rolled(frame: Frame) -> bool:
    meta = frame.object["metadata"]
    return meta.get("namespace") == "catalogue" and str(meta["name"]).startswith("storefront")


def _names(frame: Frame) -> list[tuple[str, str]]:
    """Return the parts of an object's name, and its uid, that were made up for it alone."""
    meta = frame.object["metadata"]
    found: list[tuple[str, str]] = [(meta["uid"], "x")] if "uid" in meta else []
    name = meta["name"]
    if frame.kind in EVENTS:
        found += [(match[1], "x") for match in [_EVENT.search(name)] if match]
    elif frame.kind == "replicasets.v1.apps":
        found.append((meta["labels"]["pod-template-hash"], "h"))
    elif meta.get("generateName"):
        found += [(match[1], "r") for match in [_GENERATED.search(name)] if match]
    return found


def _family(frame: Frame) -> tuple[str, str, str]:
    """Return what the objects have in common that take each other's places."""
    meta = frame.object["metadata"]
    name = meta["name"]
    for word, _ in _names(frame):
        name = name.replace(word, "*")
    if template := meta.get("labels", {}).get("pod-template-hash"):
        name = name.replace(template, "*")
    if frame.kind in EVENTS:
        name = meta["uid"]
    return frame.kind, meta.get("namespace", ""), _MINUTE.sub("*", name)


def _counts(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key in GROWING and isinstance(item, int):
                yield f"{path}/{key}", item
            else:
                yield from _counts(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _counts(item, f"{path}/{index}")


def _walk(
    value: Any, text: Callable[[str, str], str], number: Callable[[int, str], Any], path: str = ""
) -> Any:
    if isinstance(value, dict):
        return {
            text(key, ""): _walk(item, text, number, f"{path}/{key}") for key, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, text, number, f"{path}/{i}") for i, item in enumerate(value)]
    if isinstance(value, str):
        return "{{R}}" if value == "{{R}}" else text(value, path)
    return number(value, path) if type(value) is int else value


def _resource_version(document: Object) -> Object:
    meta = document["metadata"]
    if "resourceVersion" in meta:
        return {**document, "metadata": {**meta, "resourceVersion": "{{R}}"}}
    return document


def _scrubber(capture: Capture) -> Callable[[Any], Any]:
    """Return what takes out of any document how and where the recording was made."""
    (cidr,) = capture.documents["/api"]["serverAddressByClientCIDRs"]
    address, _, port = cidr["serverAddress"].rpartition(":")
    names = {address: "10.0.0.10", port: "6443", socket.gethostname(): "cp-1"}
    pattern = re.compile(
        "|".join(rf"(?<![\w.]){re.escape(name)}(?![A-Za-z0-9.])" for name in names)
    )

    def text(value: str) -> str:
        if "BEGIN CERTIFICATE" in value:
            return "(a certificate)\n"
        if value.startswith("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR"):
            return "KGEgY2VydGlmaWNhdGUpCg=="
        return pattern.sub(lambda match: names[match[0]], value)

    def scrub(value: Any) -> Any:
        if isinstance(value, dict):
            cleaned = {key: scrub(item) for key, item in value.items() if not OURS.match(key)}
            # A map that held nothing else was not there before either.
            return {key: item for key, item in cleaned.items() if item != {} or value[key] == {}}
        if isinstance(value, list):
            return [scrub(item) for item in value]
        if isinstance(value, int) and str(value) == port:
            return int(names[port])
        return text(value) if isinstance(value, str) else value

    return scrub
