"""Writes what the checker's program said of a version as `answers` reads it: one file, whole at once."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

FORMAT = 1
"""0 says of uses alone, and is read as it is."""

_SCHEMA = f"""
PRAGMA user_version = {FORMAT};
CREATE TABLE file (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, faults INTEGER NOT NULL,
    open TEXT NOT NULL);
CREATE TABLE broken (file INTEGER PRIMARY KEY);
CREATE TABLE used (importpath TEXT, name TEXT, files TEXT NOT NULL, PRIMARY KEY (importpath, name))
    WITHOUT ROWID;
CREATE TABLE callee (id INTEGER PRIMARY KEY, importpath TEXT NOT NULL, name TEXT NOT NULL);
CREATE TABLE call (file INTEGER, callee INTEGER, offsets TEXT NOT NULL, PRIMARY KEY (file, callee))
    WITHOUT ROWID;
CREATE TABLE type (id INTEGER PRIMARY KEY, importpath TEXT, name TEXT, is_interface INTEGER NOT NULL,
    is_judged INTEGER NOT NULL, UNIQUE (importpath, name));
CREATE TABLE implements (interface INTEGER, type INTEGER, is_pointer INTEGER NOT NULL,
    PRIMARY KEY (interface, type)) WITHOUT ROWID;
CREATE INDEX implemented ON implements (type);
"""


def write(place: Path, answers: Iterable[bytes], paths: Mapping[str, str]) -> None:
    """Write answers, a line each; `paths` are those of the files by what the program calls them."""
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as db, db:
        db.executescript(_SCHEMA)
        writer = _Writer(db, paths)
        for line in answers:
            writer.add(json.loads(line))
        writer.finish()
    part.replace(place)


class _Writer:
    def __init__(self, db: sqlite3.Connection, paths: Mapping[str, str]) -> None:
        self._db = db
        self._paths = paths
        self._numbers = {member: number for number, member in enumerate(paths, start=1)}
        self._faults: dict[str, int] = {}
        self._open: dict[str, list[int]] = {}
        self._broken: set[int] = set()
        self._types = 0

    def add(self, answer: Mapping[str, Any]) -> None:
        if "package" in answer:
            self._faults[answer["package"]] = answer["faults"]
            self._open |= answer.get("open", {})
            self._broken |= {self._numbers[member] for member in answer.get("broken", ())}
        elif "type" in answer:
            self._type(answer)
        else:
            self._used(answer)

    def finish(self) -> None:
        self._db.executemany("INSERT INTO broken VALUES (?)", ((one,) for one in self._broken))
        self._db.executemany(
            "INSERT INTO file VALUES (?, ?, ?, ?)",
            (
                (
                    self._numbers[member],
                    path,
                    self._faults.get(member.rpartition("/")[0], 0),
                    _packed(self._open.get(member, [])),
                )
                for member, path in self._paths.items()
            ),
        )

    def _used(self, answer: Mapping[str, Any]) -> None:
        files = {self._numbers[member]: at for member, at in answer["files"].items()}
        symbol = answer["importpath"], answer["name"]
        self._db.execute("INSERT INTO used VALUES (?, ?, ?)", (*symbol, _packed(files)))
        if calls := answer.get("calls"):
            callee = self._db.execute("INSERT INTO callee VALUES (NULL, ?, ?)", symbol).lastrowid
            self._db.executemany(
                "INSERT INTO call VALUES (?, ?, ?)",
                ((self._numbers[member], callee, _packed(at)) for member, at in calls.items()),
            )

    def _type(self, answer: Mapping[str, Any]) -> None:
        row = answer["importpath"], answer["type"], answer["is_interface"], answer["is_judged"]
        self._db.execute("INSERT INTO type VALUES (?, ?, ?, ?, ?)", (self._types, *row))
        self._db.executemany(
            "INSERT INTO implements VALUES (?, ?, ?)",
            (
                (interface, self._types, is_pointer)
                for is_pointer, way in enumerate(("by_value", "by_pointer"))
                for interface in answer.get(way, ())
            ),
        )
        self._types += 1


def _packed(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
