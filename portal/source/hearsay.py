"""What a text says about source, held against every imported version: the never-existed check.

Nothing is guessed. A name that could be a variable, or belongs to a module that no imported version
has, is something that cannot be told; that a symbol never existed is said only where its package, or
its type, is here and does not declare it, or the word stands in no file of any version.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace

from portal.source.goheads import types_of
from portal.source.likeness import NEAR, Likeness
from portal.source.mention import Mention, Sort
from portal.source.promotion import promoted
from portal.source.testimony import Line, Place, told
from portal.source.verdict import Standing, Verdict, Why
from portal.source.versions import Spot, Versions

MOST_SPOTS = 150
"""Declarations of one name that are looked at."""
MOST_PLACES = 4
"""Declarations that a verdict names."""
SOME = 20
"""Names that differ in capitals at most, among which one is looked for."""
MOSTLY = 4
"""Where a fourth of what a file declared is, as it was, there the file went."""


class Judge:
    """Holds mentions against versions. `is_late` says when to stop looking for what is merely helpful."""

    def __init__(self, versions: Versions, is_late: Callable[[], bool] = lambda: False) -> None:
        """Judge by `versions`."""
        self._versions = versions
        self._is_late = is_late
        self._like = Likeness(versions, is_late)

    def judge(self, mention: Mention, at: int) -> Verdict | None:
        """Return the verdict; None: it is no mention of source after all."""
        match mention.sort:
            case Sort.PATH:
                verdict = self._path(mention)
            case Sort.SYMBOL:
                verdict = self._symbol(mention)
            case Sort.SIGNATURE:
                verdict = self._signature(mention)
            case Sort.WORD:
                verdict = self._word(mention)
        return replace(verdict, at=at) if verdict else None

    # --- symbols

    def _symbol(self, mention: Mention) -> Verdict | None:  # noqa: PLR0911  (one for each reading)
        versions = self._versions
        if mention.importpath:
            return self._said_whole(mention)
        spots = versions.declared(mention.name)
        if not mention.qualifier:
            return self._member(mention, spots)
        meant = versions.qualifiers.get(mention.qualifier, frozenset())
        if fitting := [spot for spot in spots if spot.importpath in meant]:
            return self._found(mention, fitting)
        if owned := versions.declared(f"{mention.qualifier}.{mention.name}"):
            return self._found(mention, owned)
        if meant and (at := self._promoted(mention.name, meant)):
            return self._found(mention, at, Why.PROMOTED)
        if mention.qualifier in versions.strangers:
            return self._untold(mention, Why.MODULE) if mention.is_code else None
        if meant:
            return self._not_in_its_package(mention, spots, meant)
        if spots and mention.name[:1].isupper():
            return self._found(mention, spots)  # imported by another name
        if versions.declared(mention.qualifier):
            return self._never(mention, self._like.members(mention.qualifier, mention.name))
        return self._untold(mention, Why.VARIABLE) if mention.is_code else None

    def _not_in_its_package(
        self, mention: Mention, spots: list[Spot], meant: frozenset[str]
    ) -> Verdict | None:
        """Judge pkg.Name where packages are called so and none declares the name."""
        if spots:
            return self._elsewhere(mention, spots, meant)
        last = mention.name.rpartition(".")[2]
        may_be_member = "." in mention.name or self._versions.ending(last, SOME)
        if may_be_member or (not self._is_late() and self._versions.is_written(last)):
            return self._untold(mention, Why.VARIABLE) if mention.is_code else None
        return self._never(mention, self._like.names(meant, mention.name))

    def _said_whole(self, mention: Mention) -> Verdict:
        """Judge a symbol whose import path is said."""
        versions = self._versions
        folders = told(versions, mention.importpath)
        if folders is None:
            return self._untold(mention, Why.MODULE)
        paths = {
            versions.importpath(bit, folder)
            for folder, bits in folders.items()
            for bit in versions.bits(bits)
        }
        if not any(path in versions.packages for path in paths):  # said by its end alone
            tail = f"/{mention.importpath}"
            meant = versions.qualifiers.get(mention.importpath.rpartition("/")[2], frozenset())
            paths |= {path for path in meant if path.endswith(tail)}
        spots = versions.declared(mention.name)
        if fitting := [spot for spot in spots if spot.importpath in paths]:
            return self._found(mention, fitting)
        if at := self._promoted(mention.name, frozenset(paths)):
            return self._found(mention, at, Why.PROMOTED)
        if not any(path in versions.packages for path in paths):
            last = mention.importpath.rpartition("/")[2]
            near = [(path, "") for path in versions.qualifiers.get(last, ())]
            return self._never(mention, near[:NEAR], Why.PACKAGE, spots)
        if spots:
            return self._elsewhere(mention, spots, frozenset(paths))
        return self._never(mention, self._like.names(paths, mention.name))

    def _member(self, mention: Mention, spots: list[Spot]) -> Verdict | None:
        """Judge Type.member, whose package is not said."""
        if spots:
            return self._found(mention, spots)
        owner, _dot, last = mention.name.partition(".")
        if at := self._promoted(mention.name, None):
            return self._found(mention, at, Why.PROMOTED)
        field = f"{last[0].upper()}{last[1:]}"
        if at := self._versions.declared(f"{owner}.{field}"):
            return self._found(mention, at)  # PodSpec.nodeName, as JSON has it
        if field != last and (owner.islower() or self._versions.ending(field, SOME)):
            return None
        return self._not_a_member(mention, owner, last)

    def _not_a_member(self, mention: Mention, owner: str, last: str) -> Verdict | None:
        """Judge Type.member where no type that is called so has it."""
        owners = self._versions.declared(owner)
        if any(self._versions.mark(spot).kind in _TYPES for spot in owners[:MOST_SPOTS]):
            return self._never(mention, self._like.members(owner, last))
        if owners or not mention.is_code or owner[:1].islower():
            return None  # a variable, a package of another module, the end of a sentence
        if self._versions.is_written(owner) and self._versions.is_written(last):
            return self._untold(mention, Why.WORD)
        return self._never(mention, self._like.anywhere(mention.name))

    def _word(self, mention: Mention) -> Verdict | None:
        spots = self._versions.declared(mention.name)
        spots = spots or self._versions.ending(mention.name, MOST_SPOTS)
        if spots:
            return self._found(mention, spots)
        if self._is_late() or mention.name.islower():
            return None  # e.g. a function of another language
        if self._versions.is_written(mention.name):
            return self._untold(mention, Why.WORD)
        return self._never(mention, self._like.anywhere(mention.name))

    def _signature(self, mention: Mention) -> Verdict | None:
        spots = self._versions.declared(mention.name)
        if not spots:
            owner, _dot, last = mention.name.rpartition(".")
            near = self._like.members(owner, last) if owner else []
            return self._never(mention, near or self._like.anywhere(mention.name))
        said = types_of(mention.text)
        spots.sort(key=lambda spot: -spot.versions)
        true = [
            spot
            for spot in spots[:MOST_SPOTS]
            if said is None or types_of(self._versions.mark(spot).signature) == said
        ]
        if true:
            found = self._found(mention, true)
            if found.standing is Standing.GONE:  # the name may live on, with another signature
                now = [spot for spot in spots if spot.versions & self._versions.newest]
                places = (*found.places, *self._found(mention, now).places) if now else found.places
                return replace(found, places=places[:MOST_PLACES], near=())
            return found
        return replace(self._found(mention, spots), standing=Standing.OTHERWISE)

    # --- paths

    def _path(self, mention: Mention) -> Verdict | None:
        versions = self._versions
        places = told(versions, mention.path)
        name = mention.path.rpartition("/")[2]
        is_go = name.endswith(".go")
        if places is None:  # a label, an image, or another module's
            is_source = is_go or mention.path in versions.foreign
            return self._untold(mention, Why.MODULE) if is_source else None
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
            return self._never(mention, near)
        verdict = self._files(mention, found)
        return self._with_lines(verdict, found) if mention.line else verdict

    def _files(self, mention: Mention, found: dict[str, int]) -> Verdict:
        versions = self._versions
        bits = 0
        for some in found.values():
            bits |= some
        order = sorted(found, key=lambda path: (-found[path], path))
        places = tuple(Place("", "", path, 0, versions.names(found[path])) for path in order)
        standing = self._standing(bits)
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
        for mark in marks[:MOST_SPOTS]:
            for spot in versions.declared(mark.name)[:MOST_PLACES]:
                is_new = spot.versions & versions.newest
                if is_new and versions.mark(spot).digest == mark.digest:
                    votes[spot.path] += 1
        went, n = votes.most_common(1)[0] if votes else ("", 0)
        return went if n * MOSTLY >= len(marks[:MOST_SPOTS]) and n > 1 else ""

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
            for bit, path in (said or pairs)[:MOST_SPOTS]
        ]
        if all(line.is_beyond for line in lines):
            lines = lines[-MOST_PLACES:]
            return replace(verdict, standing=Standing.OTHERWISE, why=Why.LINE, lines=tuple(lines))
        if len({line.path for line in lines if not line.is_beyond}) > MOST_PLACES:
            return verdict  # who knows which file is meant
        return replace(verdict, lines=tuple(line for line in lines if not line.is_beyond))

    # --- verdicts

    def _found(self, mention: Mention, spots: Iterable[Spot], why: Why = Why.PLAIN) -> Verdict:
        versions = self._versions
        by_name: dict[tuple[str, str], list[Spot]] = {}
        bits = 0
        for spot in spots:
            by_name.setdefault((spot.importpath, spot.name), []).append(spot)
            bits |= spot.versions
        groups = sorted(
            by_name.values(),
            key=lambda group: (
                not any(spot.versions & versions.newest for spot in group),
                -versions.importers(group[0].importpath),
                group[0].importpath,
            ),
        )
        places = []
        for group in groups[:MOST_PLACES]:
            had = 0
            for spot in group:
                had |= spot.versions
            newest = max(group, key=lambda spot: spot.versions)
            places.append(Place.of(versions, newest, had))
        standing = self._standing(bits)
        verdict = Verdict(
            mention,
            0,
            standing,
            why,
            tuple(places),
            max(0, len(groups) - MOST_PLACES),
            versions.names(versions.all_of(bits) & ~bits),
        )
        return self._moved(verdict, groups[0]) if standing is Standing.GONE else verdict

    def _moved(self, verdict: Verdict, gone: list[Spot]) -> Verdict:
        """Return the verdict with where the same declaration is in the newest version."""
        versions = self._versions
        digests = {versions.mark(spot).digest for spot in gone}
        for spot in versions.declared(gone[0].name)[:MOST_SPOTS]:
            if spot.versions & versions.newest and versions.mark(spot).digest in digests:
                place = Place.of(versions, spot, spot.versions)
                return replace(
                    verdict, standing=Standing.MOVED, places=(place, *verdict.places)[:MOST_PLACES]
                )
        near = self._like.names({gone[0].importpath}, gone[0].name)
        return replace(verdict, near=tuple(near))

    def _elsewhere(self, mention: Mention, spots: list[Spot], meant: Iterable[str]) -> Verdict:
        """Return the verdict on a name that its package has not and others have."""
        found = self._found(mention, spots)
        near = self._like.names(meant, mention.name)
        return replace(
            found, standing=Standing.NEVER, why=Why.ELSEWHERE, near=tuple(near), absent=()
        )

    def _never(
        self,
        mention: Mention,
        near: Iterable[tuple[str, str]],
        why: Why = Why.PLAIN,
        spots: Iterable[Spot] = (),
    ) -> Verdict:
        found = self._found(mention, spots).places if spots else ()
        return Verdict(
            mention, 0, Standing.NEVER, why, found, absent=self._versions.keys, near=tuple(near)
        )

    def _untold(self, mention: Mention, why: Why) -> Verdict:
        return Verdict(mention, 0, Standing.UNTOLD, why)

    def _standing(self, bits: int) -> Standing:
        versions = self._versions
        if not bits & versions.newest:
            return Standing.GONE
        return Standing.SINCE if versions.all_of(bits) & ~bits else Standing.HERE

    def _promoted(self, name: str, packages: frozenset[str] | None) -> list[Spot]:
        owner, _dot, last = name.rpartition(".")
        return promoted(self._versions, owner, last, packages) if owner else []


_TYPES = frozenset({"struct", "interface", "type"})


def _is_certain(versions: Versions, path: str) -> bool:
    """Whether a path says where in a repository it begins."""
    first, _slash, rest = path.removeprefix("./").partition("/")
    return first in {"vendor", "staging", "github.com", "k8s.io"} or (
        "/" in rest and f"{first}/{rest.partition('/')[0]}" in versions.folders
    )
