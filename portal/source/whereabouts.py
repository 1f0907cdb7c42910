"""Paths that a text names, with the lines behind them, held against versions."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from portal.source.likeness import Likeness
from portal.source.mention import Mention
from portal.source.testimony import Line, Place, told
from portal.source.verdict import MOST_PLACES, Standing, Verdict, Why, never, standing_of, untold
from portal.source.versions import Versions

MOST_FILES = 150
"""Files, and declarations of one, that are looked at."""
MOSTLY = 4
"""Where a fourth of what a file declared is, as it was, there the file went."""


class PathJudge:
    """Holds paths against versions, as portal.source.hearsay.Judge does symbols."""

    def __init__(self, versions: Versions, like: Likeness, is_late: Callable[[], bool]) -> None:
        """Judge by `versions`."""
        self._versions = versions
        self._like = like
        self._is_late = is_late

    def judge(self, mention: Mention) -> Verdict | None:
        """Return the verdict on a path; None: it is none of a repository."""
        versions = self._versions
        places = told(versions, mention.path)
        name = mention.path.rpartition("/")[2]
        is_go = name.endswith(".go")
        if places is None:  # a label, an image, or another module's
            is_source = is_go or mention.path in versions.foreign
            return untold(mention, Why.MODULE) if is_source else None
        found: dict[str, int] = {}
        for path in places:
            if bits := versions.files.get(path, 0) | versions.folders.get(path, 0):
                found[path] = bits
        if not found and not _is_certain(versions, mention.path):
            if not is_go:
                return None
            tail = f"/{mention.path}"
            found = {
                path: versions.files[path]
                for path in versions.called.get(name, ())
                if path.endswith(tail)
            }
        if not found:
            near = [(path, "") for path in self._like.paths(mention.path)]
            return never(versions, mention, near)
        verdict = self._files(mention, found)
        return self._with_lines(verdict, found) if mention.line else verdict

    def _files(self, mention: Mention, found: dict[str, int]) -> Verdict:
        versions = self._versions
        bits = 0
        for some in found.values():
            bits |= some
        order = sorted(found, key=lambda path: (-found[path], path))
        places = tuple(Place("", "", path, 0, versions.names(found[path])) for path in order)
        standing = standing_of(versions, bits)
        near: tuple[tuple[str, str], ...] = ()
        if standing is Standing.GONE:
            if went := self._went(order[0], found[order[0]]):
                there = Place("", "", went, 0, versions.names(versions.files[went]))
                standing, places = Standing.MOVED, (there, *places)
            else:
                near = tuple((path, "") for path in self._like.paths(order[0], versions.newest))
        return Verdict(
            mention,
            0,
            standing,
            places=places[:MOST_PLACES],
            more=max(0, len(places) - MOST_PLACES),
            absent=versions.names(versions.all_of(bits) & ~bits),
            near=near,
        )

    def _went(self, path: str, bits: int) -> str:
        """Return the file of a newest version that declares most of what a file declared; "" for none."""
        versions = self._versions
        last = max(versions.bits(bits))
        if not path.endswith(".go") or self._is_late():
            return ""
        outline = versions.indexes[last].declared(path)
        votes: Counter[str] = Counter()
        marks = [mark for mark in (outline.symbols if outline else ()) if mark.kind != "field"]
        for mark in marks[:MOST_FILES]:
            for spot in versions.declared(mark.name)[:MOST_PLACES]:
                is_new = spot.versions & versions.newest
                if is_new and versions.mark(spot).digest == mark.digest:
                    votes[spot.path] += 1
        went, n = votes.most_common(1)[0] if votes else ("", 0)
        return went if n * MOSTLY >= len(marks[:MOST_FILES]) and n > 1 else ""

    def _with_lines(self, verdict: Verdict, found: dict[str, int]) -> Verdict:
        """Return the verdict with what stands at the line, at the version that was named or at each."""
        versions, mention = self._versions, verdict.mention
        pairs = [(bit, path) for path, bits in found.items() for bit in versions.bits(bits)]
        said = [
            (bit, path)
            for bit, path in pairs
            if versions.keys[bit].partition("@")[2] == mention.ref
        ]
        lines = [
            Line.read(versions, bit, path, mention.line)
            for bit, path in (said or pairs)[:MOST_FILES]
        ]
        if all(line.is_beyond for line in lines):
            lines = lines[-MOST_PLACES:]
            return replace(verdict, standing=Standing.OTHERWISE, why=Why.LINE, lines=tuple(lines))
        if len({line.path for line in lines if not line.is_beyond}) > MOST_PLACES:
            return verdict  # who knows which file is meant
        return replace(verdict, lines=tuple(line for line in lines if not line.is_beyond))


def _is_certain(versions: Versions, path: str) -> bool:
    """Whether a path says where in a repository it begins."""
    first, _slash, rest = path.removeprefix("./").partition("/")
    return first in {"vendor", "staging", "github.com", "k8s.io"} or (
        "/" in rest and f"{first}/{rest.partition('/')[0]}" in versions.folders
    )
