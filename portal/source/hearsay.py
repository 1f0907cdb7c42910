"""What a text says about source, held against every imported version: the never-existed check.

Nothing is guessed. A name that could be a variable, or belongs to a module that no imported version
has, is something that cannot be told; that a symbol never existed is said only where its package, or
its type, is here and does not declare it, or the word stands in no file of any version.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from portal.source.goheads import types_of
from portal.source.likeness import NEAR, Likeness
from portal.source.mention import Mention, Sort
from portal.source.promotion import promoted
from portal.source.testimony import Place, told
from portal.source.verdict import MOST_PLACES, Standing, Verdict, Why, never, standing_of, untold
from portal.source.versions import Spot, Versions, names_of
from portal.source.whereabouts import PathJudge

MOST_SPOTS = 150
"""Declarations of one name that are looked at."""
SHORTEST_ALIAS = 4
"""Letters of a name that a package may be imported by; shorter ones are variables."""
WORDS_OF_A_NAME = 3
"""Words in one that begins with a small letter, from which on it is a name of code and of no product."""
LONG = 10
"""Letters of a capitalised word, from which on it is like a name by no accident: OpenBSD is like many."""
SOME = 20
"""Names that differ in capitals at most, among which one is looked for."""


class Judge:
    """Holds mentions against versions. `is_late` says when to stop looking for what is merely helpful."""

    def __init__(self, versions: Versions, is_late: Callable[[], bool] = lambda: False) -> None:
        """Judge by `versions`."""
        self._versions = versions
        self._like = Likeness(versions, is_late)
        self._paths = PathJudge(versions, self._like, is_late)

    def judge(self, mention: Mention, at: int) -> Verdict | None:
        """Return the verdict; None: it is no mention of source after all."""
        if mention.name in {"main", "init"}:  # of any program
            return None
        match mention.sort:
            case Sort.PATH:
                verdict = self._paths.judge(mention)
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
            return untold(mention, Why.MODULE) if mention.is_code else None
        if meant:
            return self._not_in_its_package(mention, spots, meant)
        if alias := _by_alias(mention.qualifier, spots):
            return self._found(mention, alias)
        if self._is_type(versions.declared(mention.qualifier)):
            return self._never(mention, self._like.members(mention.qualifier, mention.name))
        return untold(mention, Why.VARIABLE) if mention.is_code else None

    def _is_type(self, spots: list[Spot]) -> bool:
        """Whether a name is a type's anywhere."""
        return any(self._versions.mark(spot).kind in _TYPES for spot in spots[:MOST_SPOTS])

    def _not_in_its_package(
        self, mention: Mention, spots: list[Spot], meant: frozenset[str]
    ) -> Verdict | None:
        """Judge pkg.Name where packages are called so and none declares the name."""
        if spots:
            return self._elsewhere(mention, spots, meant)
        last = mention.name.rpartition(".")[2]
        may_be_member = "." in mention.name or self._versions.ending(last, SOME)
        if may_be_member or self._versions.is_written(last):
            return untold(mention, Why.VARIABLE) if mention.is_code else None
        return self._never(mention, self._like.names(meant, mention.name))

    def _said_whole(self, mention: Mention) -> Verdict:
        """Judge a symbol whose import path is said."""
        versions = self._versions
        folders = told(versions, mention.importpath)
        if folders is None:
            return untold(mention, Why.MODULE)
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
        if self._is_type(owners):
            return self._never(mention, self._like.members(owner, last))
        if owners or not mention.is_code or owner[:1].islower():
            return None  # a variable, a package of another module, the end of a sentence
        if self._versions.is_written(owner) and self._versions.is_written(last):
            return untold(mention, Why.WORD)
        return self._never(mention, self._like.anywhere(mention.name))

    def _word(self, mention: Mention) -> Verdict | None:
        spots = self._versions.declared(mention.name)
        spots = spots or self._versions.ending(mention.name, MOST_SPOTS)
        if mention.is_bare:
            return self._bare(mention, spots)
        if spots:
            return self._found(mention, spots)
        if mention.name.islower():
            return None  # e.g. a function of another language
        if self._versions.is_written(mention.name):
            return untold(mention, Why.WORD)
        return self._never(mention, self._like.anywhere(mention.name))

    def _bare(self, mention: Mention, spots: list[Spot]) -> Verdict | None:
        """Judge a word of prose: one that no code has is wrong only if it can be no other word.

        GitHub and DuckDuckGo have a capital inside too. Who begins three words with a small letter, or nearly
        writes a long name that is there, means code.
        """
        if spots:
            names = {(spot.importpath, spot.name) for spot in spots}
            why = Why.PLAIN if len(names) == 1 else Why.CANDIDATES
            return self._found(mention, spots, why)
        if self._versions.is_written(mention.name):
            return None
        near = self._like.anywhere(mention.name)
        is_small = mention.name[0].islower()
        if is_small:
            is_name = bool(near) or len(_WORDS.findall(mention.name)) >= WORDS_OF_A_NAME
        else:
            is_name = bool(near) and len(mention.name) >= LONG
        return self._never(mention, near) if is_name else None

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
        standing = standing_of(versions, bits)
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
        places = self._found(mention, spots).places if spots else ()
        return replace(never(self._versions, mention, near), why=why, places=places)

    def _promoted(self, name: str, packages: frozenset[str] | None) -> list[Spot]:
        owner, _dot, last = name.rpartition(".")
        return promoted(self._versions, owner, last, packages) if owner else []


_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_TYPES = frozenset({"struct", "interface", "type"})


def _by_alias(qualifier: str, spots: list[Spot]) -> list[Spot]:
    """Return those declarations whose package may be imported as `qualifier`: `genericapiserver`.

    It ends as the package does, or only one package declares the name.
    """
    if len(qualifier) < SHORTEST_ALIAS:
        return []
    alike = [
        spot for spot in spots if any(qualifier.endswith(name) for name in _ends(spot.importpath))
    ]
    one_package = len({spot.importpath for spot in spots}) == 1
    return alike or (spots if one_package and spots[0].name[:1].isupper() else [])


def _ends(importpath: str) -> list[str]:
    return [name for name in names_of(importpath) if len(name) >= SHORTEST_ALIAS]
