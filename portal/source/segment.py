"""One immutable piece of the code index: the new blobs of one import, their text and their names.

A segment is two SQLite files. `N.text` has every blob, compressed, and the words of those that are
text; it is whole before `N.code` is begun, which has what each Go file declares. Neither changes once
it has its name, but for a `N.code` of another format, which is replaced. Blobs are compressed by a
dictionary of the segment's own.

A blob that has a predecessor, the blob at its path in a version that was there before, is kept as what
differs: compressed against that one, with the words of its new blocks alone, and where the others stand in
that one. A predecessor may lie in another segment, and is kept whole, so that reading a blob reads two at
the most. Source: zoekt's design (blobs by content, an index that tells candidates only).
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import zstandard

from portal.source.codepart import CodePart, open_part
from portal.source.errors import NewerIndex
from portal.source.grams import Grams
from portal.source.heads import Candidates, Within
from portal.source.heir import Heirs
from portal.source.required import Part
from portal.source.words import Words

TEXT = ".text"
TEXT_FORMAT = 2
"""Of `N.text`; 0 has every blob whole, 0 and 1 have trigrams of texts instead of words, and all are read as
they are."""


class Segment:
    """A segment to be read. Belongs to one thread at a time; what it gives is the caller's."""

    def __init__(self, place: Path, beside: "dict[str, Segment] | None" = None) -> None:
        """Open `N.text`, and `N.code` once that is there. `place` is their path without a suffix.

        Segments that share `beside` open each other's predecessors once. All that is there is opened now:
        when it was rewritten, it goes on being read as it was. Raises NewerIndex.
        """
        self.place = place
        self._text = open_part(place.with_suffix(TEXT))
        (self._format,) = self._text.execute("PRAGMA user_version").fetchone()
        if self._format > TEXT_FORMAT:
            self._text.close()
            raise NewerIndex(f"{place.name}{TEXT}")
        self._beside = {} if beside is None else beside
        self._beside[place.name] = self
        self._decompressor = zstandard.ZstdDecompressor()
        self.grams = Grams(self._text) if self._format < TEXT_FORMAT else Words(self._text)
        """Chooses among its texts; see `candidates`."""
        self.code = CodePart(place)
        """What its Go files declare."""
        for name in self.lenders():
            self._lender(name)

    def close(self) -> None:
        """Give its files back, and those of the segments beside it."""
        for segment in self._beside.values():
            segment._text.close()
            segment.code.close()

    # --- blobs

    def blob(self, number: int, before: bytes | None = None) -> bytes:
        """Return a blob's bytes; raise KeyError for a number that is not here.

        `before` are those of its predecessor, where they are at hand.
        """
        row = self._text.execute("SELECT data FROM blob WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        heir = self._heirs.of.get(number)
        if heir is None:
            return self._unpacker.decompress(row[0])
        if before is None:
            before = self._lender(heir.lender).blob(heir.before)
        return unpack(row[0], before)

    def headed_blob(self, number: int) -> tuple[bytes, int]:
        """Return a blob's bytes, and how many of them are its head."""
        return self.blob(number), self.grams.start(number)

    def predecessor(self, number: int) -> "tuple[Segment, int] | None":
        """Return (segment, blob) from which a blob is kept by its difference; None: it is kept whole."""
        heir = self._heirs.of.get(number)
        return (self._lender(heir.lender), heir.before) if heir else None

    def lenders(self) -> list[str]:
        """Return the names of the segments that this one cannot be read without."""
        return list(self._heirs.lent)

    def stored(self) -> dict[int, int]:
        """Return how many bytes each blob takes as it is kept."""
        return dict(self._text.execute("SELECT id, length(data) FROM blob"))

    def shas(self) -> Iterator[tuple[bytes, int]]:
        """Yield (hash, id) of every blob."""
        yield from self._text.execute("SELECT sha, id FROM blob")

    def blocks(self, number: int) -> Iterator[tuple[str, Sequence[int]]]:
        """Yield in which segments which blocks are of a blob, or of its predecessor."""
        yield self.place.name, self.grams.blocks(number)
        if heir := self._heirs.of.get(number):
            yield heir.lender, self._lender(heir.lender).grams.blocks(heir.before)

    def candidates(
        self, parts: Sequence[str], *, folds: bool = True, within: Within | None = None
    ) -> Candidates | None:
        """Return who may have a line with all of `parts`; with `folds`, upper and lower case alike.

        A blob that is kept by its difference may by a line of its own, or by one that it has from its
        predecessor. None: no part is long enough to tell. No blob that does have such a line `within` what is
        asked is missing.
        """

        def told(segment: Segment) -> Candidates | None:
            among = within.blocks(segment.place.name) if within else None
            return segment.grams.candidates(parts, folds=folds, among=among)

        found = told(self)
        if found is None:
            return None
        blobs = set(found.blobs)
        lent: dict[str, Candidates] = {}
        for name, heirs in self._heirs.lent.items():
            before = told(self._lender(name))
            if before is None:
                return None
            lent[name] = before
            for blob in heirs.keys() & before.blobs:
                blobs.update(heir.blob for heir in heirs[blob])

        def spans(blob: int) -> Sequence[tuple[int, int]]:
            own = found.spans(blob)
            heir = self._heirs.of.get(blob)
            if heir is None:
                return own
            return [*own, *heir.inherited(lent[heir.lender].spans(heir.before))]

        return Candidates(sorted(blobs), found.heads, spans) if lent else found

    def having(self, word: str) -> Candidates | None:
        """Return who may have a line with a word, whole and in its own case; as `candidates` does."""
        return self.candidates([Part.of(word, begins=True, ends=True)], folds=False)

    @cached_property
    def _unpacker(self) -> zstandard.ZstdDecompressor:
        with suppress(sqlite3.OperationalError):  # a segment of former times has no dictionary
            if row := self._text.execute("SELECT data FROM dictionary").fetchone():
                known = dictionary_of(self._decompressor.decompress(row[0]))
                return zstandard.ZstdDecompressor(dict_data=known)
        return self._decompressor

    @cached_property
    def _heirs(self) -> Heirs:
        return Heirs(self._text, self._format)

    def _lender(self, name: str) -> "Segment":
        if name not in self._beside:
            Segment(self.place.with_name(name), self._beside)
        return self._beside[name]


def dictionary_of(data: bytes) -> zstandard.ZstdCompressionDict:
    """Return a text by which others, much like it, are compressed."""
    return zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def unpack(data: bytes, before: bytes) -> bytes:
    """Return what portal.source.segmentwriter.pack made smaller by means of `before`."""
    return zstandard.ZstdDecompressor(dict_data=dictionary_of(before)).decompress(data)
