"""How the subject behaved towards the API server, as the proxy saw it: C5, C7, C13 and C15.

And what it could know: `Contact` is the proxy's side of honest age (C10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

LISTS_PER_S = 0.22
"""Over time, of the subject's own clock (C13)."""

BURST = 12
"""Requests at first, while the pauses are still short: two kinds of pause, each from 0.8 s on."""

WATCH_BURST = 20
OVERLAP_S = 1.0
"""How long a connection that the subject left may still look open to the proxy."""

GOES_ON_S = 1.0
"""After this long, a stream is used on although a frame of it could not be read."""

Report = Callable[[str, float, str], None]


@dataclass(slots=True)
class Contact:
    """What the subject was last told of one target, and when."""

    good_t: float = -1.0
    bad_t: float = -1.0
    denied_t: float | None = None
    """Since when every LIST was answered 401 or 403."""
    is_dripping: bool = False
    """While an answer or a frame arrives in parts, its last one may be there before it is noted."""

    def good(self, t: float, *, is_dripping: bool = False) -> None:
        self.good_t, self.denied_t, self.is_dripping = t, None, is_dripping

    def bad(self, t: float) -> None:
        self.is_dripping = False
        if self.bad_t <= self.good_t:
            self.bad_t = t

    def denied(self, t: float) -> None:
        self.denied_t = t if self.denied_t is None else self.denied_t

    @property
    def is_bad(self) -> bool:
        """Whether nothing but trouble was heard since `bad_t`."""
        return self.bad_t > self.good_t


@dataclass(slots=True)
class _Open:
    verb: str
    version: int
    whole: int
    is_aside: bool
    spoiled_t: float | None = None


@dataclass(slots=True)
class Conduct:
    """Checks every request for one target."""

    target: str
    rate: float
    report: Report
    awake_s: Callable[[float, float], float]
    contact: Contact = field(default_factory=Contact)
    lists: int = 0
    """How many listings were asked for, streaming ones included."""
    _open: dict[int, _Open] = field(default_factory=dict)
    _left_behind: dict[int, float] = field(default_factory=dict)
    _begun: dict[str, list[float]] = field(default_factory=lambda: {"list": [], "watch": []})
    _resume: int = 0
    _highest: int | None = None
    """The last version that reached the subject whole since the last listing; None is unknown."""
    _spoiled: int | None = None
    _spoiled_times: int = 0

    def request(self, entry: Mapping[str, Any]) -> None:
        """Judge a request."""
        t, number = entry["t"], entry["id"]
        is_listing = entry["is_listing"]
        is_aside = entry["verb"] == "list" and not is_listing  # a check, or a sample
        for other, opened in self._open.items():
            if not is_aside and not opened.is_aside:
                self._left_behind.setdefault(other, t)
        version = int(entry["version"] or 0)
        if is_listing:
            self._spoiled, self._spoiled_times = None, 0
            self._highest = None
            self._resume = 0
        elif entry["verb"] == "watch" and version:
            self._resumed(t, version)
        if not entry["is_continued"] and not is_aside:
            self.lists += is_listing
            self._pace("list" if is_listing else "watch", t)
        self._open[number] = _Open(entry["verb"], version, version, is_aside)

    def _resumed(self, t: float, version: int) -> None:
        if version < self._resume:
            self.report("C5", t, f"watch from {version} after one from {self._resume}")
        if self._highest is not None and version > self._highest:
            self.report("C7", t, f"watch from {version}; {self._highest} was the last whole one")
        if self._spoiled is not None:
            if version >= self._spoiled:
                self.report("C7", t, f"watch from {version} passes the unread {self._spoiled}")
            if self._spoiled_times > 1:
                self.report("C7", t, f"{self._spoiled} was spoiled twice, and no LIST followed")
        self._resume = version
        self._highest = max(version, self._highest or 0)

    def _pace(self, verb: str, t: float) -> None:
        begun = self._begun[verb]
        begun.append(t)
        burst = BURST if verb == "list" else WATCH_BURST
        for number, since in enumerate(reversed(begun), 1):
            if number > burst + LISTS_PER_S * self.rate * (t - since):
                self.report("C13", t, f"{number} {verb} requests in {t - since:.1f} s")
                begun.clear()
                return

    def answer(self, entry: Mapping[str, Any]) -> None:
        """Take note of an answer's status; 0 is none."""
        opened = self._open.get(entry["id"])
        if opened is None:
            return
        status = entry["status"]
        if status != 200:
            self.contact.bad(entry["t"])
            if opened.verb == "list":
                if status in {401, 403}:
                    self.contact.denied(entry["t"])
                else:
                    self.contact.denied_t = None
            self.ended(entry)
        elif entry.get("fault"):  # the proxy's own, over already: an error in the stream
            self.contact.bad(entry["t"])
            self.ended(entry)
        elif opened.verb == "watch" or entry.get("dripping"):
            self.contact.good(entry["t"], is_dripping=entry.get("dripping", False))

    def frame(self, entry: Mapping[str, Any]) -> None:
        """Take note of what became of a frame."""
        opened = self._open.get(entry["id"])
        if opened is None:
            return
        t, version = entry["t"], int(entry["version"] or 0)
        if entry["how"] in {"corrupt", "cut"}:
            if opened.spoiled_t is None:
                opened.spoiled_t = t
                # A bookmark may say once more what the last event said.
                if entry["how"] == "corrupt" and version > max(opened.whole, opened.version):
                    is_again = version == self._spoiled
                    self._spoiled_times = self._spoiled_times + 1 if is_again else 1
                    self._spoiled = version
            self.contact.bad(t)
            return
        if opened.spoiled_t is not None:
            if self.awake_s(opened.spoiled_t, t) > GOES_ON_S:
                self.report("C7", t, "the stream is used on after a frame that cannot be read")
                opened.spoiled_t = t
            return
        if entry["type"] == "ERROR":
            self.contact.bad(t)
            return
        self.contact.good(t, is_dripping=entry.get("dripping", False))
        opened.whole = max(opened.whole, version)
        if self._spoiled is not None and version >= self._spoiled:
            self._spoiled = None
        if not self._is_listing(opened):
            self._highest = max(opened.whole, self._highest or 0)

    def sent(self, entry: Mapping[str, Any]) -> None:
        """Take note that the last byte of a slow frame has left."""
        opened = self._open.get(entry["id"])
        if opened is not None and opened.spoiled_t is None:
            self.contact.good(entry["t"])

    def whole(self, entry: Mapping[str, Any]) -> None:
        """Take note of a LIST that was answered to its end."""
        if entry["how"] == "whole":
            self.contact.good(entry["t"])
        else:
            self.contact.bad(entry["t"])
        self.ended(entry)

    def ended(self, entry: Mapping[str, Any]) -> None:
        """Take note of the end of a request, or of the subject's leaving it."""
        number, t = entry["id"], entry["t"]
        since = self._left_behind.pop(number, None)
        if since is not None and self.awake_s(since, t) > OVERLAP_S:
            self.report("C13", t, f"two requests were open for {t - since:.1f} s")
        if self._open.pop(number, None) is not None and entry.get("how") == "reset":
            self.contact.bad(t)

    def finish(self, t: float) -> None:
        """Judge what is still open at the end."""
        for since in self._left_behind.values():
            if self.awake_s(since, t) > OVERLAP_S:
                self.report("C13", t, "two requests are open at the end")

    @staticmethod
    def _is_listing(opened: _Open) -> bool:
        return not opened.version
