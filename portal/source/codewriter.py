"""Writes the `N.code` of a segment: what each of its files declares, and under which names; see
portal.source.segment.
"""

import json
import sqlite3
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from portal.source.codepart import CODE_FORMAT
from portal.source.language import Reading
from portal.source.search import humps
from portal.source.segmentwriter import PAGE_BYTES, give_name, pack

PART_FILES = 256
"""Files whose method sets lie together: they are only ever read all at once."""

# Without a journal: what is interrupted begins anew.
_PRAGMAS = f"PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=OFF; PRAGMA synchronous=NORMAL;"
_SCHEMA = f"""
PRAGMA user_version = {CODE_FORMAT};
CREATE TABLE outline (blob INTEGER PRIMARY KEY, is_plain INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, name TEXT NOT NULL, last TEXT NOT NULL,
    humps TEXT NOT NULL, at BLOB NOT NULL);
CREATE VIRTUAL TABLE part USING fts5
    (name, content='', detail=none, columnsize=0, tokenize='trigram');
CREATE TABLE methods (part INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE string (kind TEXT NOT NULL, name TEXT NOT NULL, full TEXT NOT NULL,
    constant TEXT NOT NULL, line INTEGER NOT NULL, within TEXT NOT NULL, blob INTEGER NOT NULL);
CREATE TABLE importer (importpath TEXT PRIMARY KEY, blobs BLOB NOT NULL) WITHOUT ROWID;
"""


class Outlined(NamedTuple):
    """What a file says as `write_code` takes it: packed where it was read, for another process to write."""

    blob: int
    is_plain: bool
    outline: bytes
    """What it declares."""
    names: tuple[str, ...]
    importpaths: tuple[str, ...]
    facts: str
    """What it adds to method sets, as JSON; "" for nothing."""
    strings: tuple[tuple[object, ...], ...]
    """What its strings stand for, as plain tuples."""


def outlined(blob: int, reading: Reading) -> Outlined:
    """Return what a blob says, packed."""
    declared, facts, is_plain, strings = reading
    return Outlined(
        blob,
        is_plain,
        pack(_json(declared).encode()),
        tuple(symbol.name for symbol in declared.symbols),
        tuple(set(declared.imports.values())),
        _json(facts) if facts.shapes or facts.methods else "",
        tuple(map(tuple, strings)),
    )


def write_code(place: Path, files: Iterable[Outlined]) -> None:
    """Write `N.code` from what each blob says; it has its name when it is whole."""
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    db = sqlite3.connect(part)
    db.executescript(_PRAGMAS + _SCHEMA)
    names: dict[str, array[int]] = {}
    importers: dict[str, array[int]] = {}
    methods: list[str] = []
    with db:
        for blob, is_plain, outline, declared, importpaths, facts, strings in files:
            db.execute("INSERT INTO outline VALUES (?, ?, ?)", (blob, is_plain, outline))
            for at, name in enumerate(declared):
                names.setdefault(name, array("I")).extend((blob, at))
            for importpath in importpaths:
                importers.setdefault(importpath, array("I")).append(blob)
            if facts:
                methods.append(f"[{blob},{facts}]")
            stated = ((*one, blob) for one in strings)
            db.executemany("INSERT INTO string VALUES (?, ?, ?, ?, ?, ?, ?)", stated)
        listed = sorted(names.items())
        rows = (
            (number, name, name.rpartition(".")[2].lower(), humps(name), places.tobytes())
            for number, (name, places) in enumerate(listed, start=1)
        )
        db.executemany("INSERT INTO name VALUES (?, ?, ?, ?, ?)", rows)
        told = enumerate((name for name, _places in listed), start=1)
        db.executemany("INSERT INTO part(rowid, name) VALUES (?, ?)", told)
        for at in range(0, len(methods), PART_FILES):
            data = f"[{','.join(methods[at : at + PART_FILES])}]".encode()
            db.execute("INSERT INTO methods VALUES (?, ?)", (at, pack(data)))
        db.executemany(
            "INSERT INTO importer VALUES (?, ?)",
            ((path, blobs.tobytes()) for path, blobs in sorted(importers.items())),
        )
        db.execute("CREATE INDEX name_last ON name(last)")
        db.execute("CREATE INDEX name_humps ON name(humps)")
        db.execute("CREATE UNIQUE INDEX name_name ON name(name)")
    give_name(db, part, place)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
