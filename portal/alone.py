"""One process at a time at something that lies in a file; a crash leaves nothing locked."""

import contextlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(lock: Path, patience_s: float) -> Iterator[None]:
    """Let no other process in meanwhile. Raises sqlite3.OperationalError after `patience_s`.

    SQLite's lock on an empty database is one that every platform has.
    """
    with contextlib.closing(sqlite3.connect(lock, timeout=patience_s)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
