"""Which texts of a segment may hold a text: words of blocks of lines, and a dictionary to find words in.

A question is taken apart into words. Those inside it are whole; of the outermost only a part may be asked,
and whatever words of the dictionary hold it are taken. A block is a candidate if it has one for each part
of the question, so it holds nearly always what is asked. Source: Witten, Moffat and Bell, "Managing
Gigabytes", 4.2 (a lexicon for wildcards) and 3.3 (gaps between numbers of documents).
"""

import sqlite3
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cached_property, reduce
from itertools import accumulate, compress, count
from operator import add, and_

import zstandard

from portal.source.askedwords import AskedWord, asked_words
from portal.source.blocks import ODD, marked, unpacked
from portal.source.haystack import Haystack
from portal.source.heads import Blocks, Candidates, Heads

KEPT_ANSWERS = 16
"""A predecessor's segment is asked by itself and by those of its heirs."""
SHORT = 5
"""Letters of a word that many others hold."""
MOST_TERMS = 1000
"""What is a part of so many words is taken to be everywhere."""
FEW = 32
"""Blocks that are sooner read than another word is looked for in the dictionary."""
MANY = 64
"""Bytes of the blocks of a term which are held against those that are asked one by one."""
COMMON, KEPT_TERMS = 1024, 64
"""Bytes of the blocks of a term for which it is kept which blocks have it, and of how many: 5 MB."""
FEW_TERMS = 32
"""Terms that are worth putting down in a map of all blocks, one after the other."""
RARE = 8
"""One block of so many in a map is sooner found by looking for the next than by looking at each."""
GAPS_A_BLOCK, GAPS_A_TERM = 50, 40
"""How many gaps are read while a block is looked through, and while a term is begun with."""
GAPS_A_DICTIONARY = 20_000
"""How many gaps are worth looking through the dictionary for a rarer word."""
_ALONE = 3
"""The bytes of the only block of a term, which most terms have."""
_ENDS = b"\n(."
"""What follows a word in the dictionary."""


class Words(Heads):
    """The index of one segment's texts. Belongs to one thread at a time."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read `N.text`."""
        super().__init__(db)
        self._told: dict[object, tuple[Blocks | None, Candidates]] = {}
        self._known: dict[tuple[AskedWord, bool], tuple[Sequence[int], int]] = {}
        self._kept: dict[int, bytes] = {}

    def candidates(
        self, parts: Sequence[str], *, folds: bool = True, among: Blocks | None = None
    ) -> Candidates | None:
        """Return who may hold all of `parts` on one line; with `folds`, upper and lower case alike.

        None: they have no word. No blob that does hold them is missing, but for those that are kept by
        their difference, see Segment.candidates, and for blocks that are not `among` those that are asked.
        What is told is not to be changed. All heads are told.
        """
        asked = asked_words(parts, folds=folds)
        if not asked:
            return None
        # Not by the parts, which are equal as texts where one is a whole word and one a piece of any.
        key = tuple(asked), folds, id(among)
        if (told := self._told.get(key)) is not None and told[0] is among:
            return told[1]
        found = self._candidates(sorted(self._holding(asked, among, folds=folds)))
        self._told[key] = among, found
        if len(self._told) > KEPT_ANSWERS:
            del self._told[next(iter(self._told))]
        return found

    def blocks(self, blob: int) -> Sequence[int]:
        """Return the numbers of a blob's blocks."""
        firsts = self._firsts
        return range(firsts[blob], firsts[blob + 1]) if blob + 1 < len(firsts) else ()

    def texts(self) -> Sequence[int]:
        """Return every blob that is text, in order."""
        return self._array("texts")

    def _holding(self, asked: Sequence[AskedWord], among: Blocks | None, *, folds: bool) -> Blocks:
        """Return the blocks that may hold all of what is asked."""
        known = [self._terms(part, folds=folds) for part in asked if part.begins]
        others = [part for part in asked if not part.begins]
        if min(map(self._cost, known), default=sys.maxsize) > GAPS_A_DICTIONARY:
            most = MOST_TERMS if known or among is not None else sys.maxsize
            found_terms = [self._terms(part, most=most, folds=folds) for part in others[:1]]
            known += [numbers for numbers in found_terms if len(numbers) < most]
            others = others[1:]
        known.sort(key=self._cost)
        found: Blocks | None = None
        few = [numbers for numbers in known if len(numbers) <= FEW_TERMS]
        if len(few) > 1 and few[0] is known[0] and self._size(few[0]) > COMMON:
            # The rarest is common too: as maps of all blocks they are sooner held against each other.
            found = self._common_blocks(few, among)
            known = [numbers for numbers in known if len(numbers) > FEW_TERMS]
        for numbers in known:
            if found is not None and self._cost(numbers) > GAPS_A_BLOCK * len(found):
                break
            found = self._blocks(numbers, among if found is None else found)
        for part in others:
            if found is None or len(found) <= FEW:
                break
            most = min(GAPS_A_BLOCK * len(found) // GAPS_A_TERM, MOST_TERMS)
            numbers = self._terms(part, most=most, folds=folds)
            if len(numbers) < most and self._cost(numbers) <= GAPS_A_BLOCK * len(found):
                found = self._blocks(numbers, found)
        if found is None:
            found = among or frozenset()
        if folds and any(part.is_behind or {*b"ks"} & {*part.word} for part in asked):
            for odd in (AskedWord(letter, begins=True, end=b"\n") for letter in ODD):
                found = found | self._blocks(self._terms(odd, folds=False), among)
        return found

    def _terms(self, part: AskedWord, *, folds: bool, most: int = sys.maxsize) -> Sequence[int]:
        """Return the numbers of the terms that a part of a question stands for, in order.

        `most` of them at the most.
        """
        known = self._known.get((part, folds))
        if known is None or len(known[0]) == known[1] < most:
            dictionary = self._lower if folds else self._exact
            known = self._known[part, folds] = self._found_terms(part, dictionary, most), most
            if len(self._known) > KEPT_ANSWERS:
                del self._known[next(iter(self._known))]
        return known[0]

    def _found_terms(self, part: AskedWord, terms: Haystack, most: int) -> Sequence[int]:
        starts, dictionary = self._starts_of_terms, terms.data
        end = part.end or b""
        if not part.begins and len(part.word) > SHORT:
            end = end.removesuffix(b"\n")  # which is everywhere, and looked for at every word
        needle = (b"\n" if part.begins else b"") + part.word + end
        ends = _ENDS if part.end is None else b"" if end else part.end
        first, last = self._first_word, len(starts)
        if part.begins:
            lower, size, lower_case = part.word.lower(), len(part.word), self._lower.data

            def beginning(start: int) -> bytes:
                return lower_case[start : start + size]

            first = bisect_left(starts, lower, key=beginning)
            last = bisect_right(starts, lower, first, key=beginning)
            if part.end == b"" and terms is self._lower:
                return range(first, min(last, first + most))
        at = starts[first] - 1 if first < len(starts) else len(dictionary)
        stop = starts[last] if last < len(starts) else len(dictionary)
        found: list[int] = []
        while len(found) < most and (at := terms.find(needle, at, stop)) >= 0:
            if (ends and dictionary[at + len(needle)] not in ends) or (
                part.is_behind and dictionary[at - 1] == _ENDS[0]
            ):
                at += 1
                continue
            # No term is shorter than a letter and its end.
            near = first + 1 + (at + part.begins - starts[first]) // 2
            number = bisect_right(starts, at + part.begins, first, min(near, last)) - 1
            found.append(number)
            first = number
            at = starts[number + 1] - 1 if number + 1 < len(starts) else stop
        return found

    def _size(self, numbers: Sequence[int]) -> int:
        """Return about how many blocks have any of these terms."""
        ends = self._ends
        if isinstance(numbers, range):
            return ends[numbers[-1] + 1] - ends[numbers[0]] if numbers else 0
        return sum(ends[number + 1] - ends[number] for number in numbers)

    def _cost(self, numbers: Sequence[int]) -> int:
        """Return how many gaps are read, or might be meanwhile, to know the blocks that have these terms."""
        return self._size(numbers) + GAPS_A_TERM * len(numbers)

    def _blocks(self, numbers: Sequence[int], among: Blocks | None) -> Blocks:
        """Return the blocks that have any of these terms."""
        places, ends = self._places, self._ends
        found: set[int] = set()
        for number in numbers:
            start, end = ends[number], ends[number + 1]
            if end - start == _ALONE and places[start]:
                found.add(places[start + 1] | places[start + 2] << 8)
            elif (
                among is not None
                and end - start > max(COMMON, 2 * len(among))
                and not places[start]
            ):
                found.update(compress(among, map(self._held(number).__getitem__, among)))
            elif among is not None and end - start > MANY:
                found |= among.intersection(unpacked(places[start:end]))
            else:
                found.update(unpacked(places[start:end]))
        return found if among is None else found & among

    def _common_blocks(self, parts: Sequence[Sequence[int]], among: Blocks | None) -> Blocks:
        """Return the blocks that have any of the terms of each part: for parts that many blocks have."""
        held = reduce(and_, map(self._map, parts)).to_bytes(len(self._blobs), "little")
        if among is not None:
            return set(compress(among, map(held.__getitem__, among)))
        if held.count(1) * RARE > len(held):
            return set(compress(range(len(held)), held))
        gaps = held.split(b"\1")
        gaps.pop()
        return set(map(add, accumulate(map(len, gaps)), count()))

    def _map(self, numbers: Sequence[int]) -> int:
        """Return the blocks that have any of these terms: each is a byte of a great number, 1 or 0."""
        ends, places = self._ends, self._places
        rare, found = bytearray(len(self._blobs)), 0
        for number in numbers:
            start, end = ends[number], ends[number + 1]
            if end - start > COMMON and not places[start]:
                found |= int.from_bytes(self._held(number), "little")
            else:
                for block in self._blocks((number,), None):
                    rare[block] = 1
        return found | int.from_bytes(rare, "little")

    def _held(self, number: int) -> bytes:
        """Return for each block whether it has a common term, kept."""
        held = self._kept.pop(number, None)
        if held is None:
            held = marked(self._places[self._ends[number] : self._ends[number + 1]])
            held = held.ljust(len(self._blobs), b"\0")
        self._kept[number] = held  # the last again
        if len(self._kept) > KEPT_TERMS:
            del self._kept[next(iter(self._kept))]
        return held

    def _candidates(self, numbers: Sequence[int]) -> Candidates:
        blobs, firsts = self._blobs, self._firsts
        starts, ends = self._array("starts"), self._array("ends")
        count = len(numbers)

        def spans(blob: int) -> Sequence[tuple[int, int]]:
            at, behind = bisect_left(numbers, firsts[blob]), firsts[blob + 1]
            found: list[tuple[int, int]] = []
            while at < count and (number := numbers[at]) < behind:
                found.append((starts[number], ends[number]))
                at += 1
            return found

        found = [*dict.fromkeys(map(blobs.__getitem__, numbers))]
        return Candidates(found, self.heads, spans)

    def _array(self, name: str) -> "array[int]":
        if name not in self._arrays:
            self._arrays[name] = array("I", self._data(name))
        return self._arrays[name]

    @cached_property
    def _arrays(self) -> "dict[str, array[int]]":
        return {}

    def _data(self, name: str) -> bytes:
        row = self._db.execute("SELECT data FROM word WHERE name = ?", (name,)).fetchone()
        return zstandard.ZstdDecompressor().decompress(row[0])

    @cached_property
    def _exact(self) -> Haystack:
        """All terms, each between line ends, in the order of their lower case."""
        return Haystack(self._data("terms"))

    @cached_property
    def _lower(self) -> Haystack:
        return Haystack(self._exact.data.lower())

    @cached_property
    def _firsts(self) -> Sequence[int]:
        """The first block of each blob, or of the next one that has any."""
        counts = Counter(self._blobs)
        blobs = range(max(self.texts(), default=0) + 1)
        return [0, *accumulate([counts[blob] for blob in blobs])]

    @cached_property
    def _first_word(self) -> int:
        """The first term that is not LED."""
        lower = self._lower.data
        return bisect_left(self._starts_of_terms, b"!", key=lambda at: lower[at : at + 1])

    @property
    def _starts_of_terms(self) -> "array[int]":
        return self._array("term starts")

    @property
    def _ends(self) -> "array[int]":
        """Where in `_places` those of each term begin, and the last ones end."""
        return self._array("place ends")

    @cached_property
    def _places(self) -> bytes:
        """The blocks of each term."""
        return self._data("places")

    @property
    def _blobs(self) -> "array[int]":
        """The blob of each block, in order."""
        return self._array("blobs")
