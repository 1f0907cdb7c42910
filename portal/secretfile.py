"""Files for their owner alone: the secrets that Portolan makes for itself, and its database."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


class NoSecret(Exception):
    """The file cannot be made or read, or what it holds is no secret; `str()` says what to do."""


def private_file(path: Path) -> None:
    """Make `path` exist, readable and writable by its owner alone, whatever the umask.

    SQLite gives its journals the rights of the database file, so this covers them too.
    """
    path.touch(mode=0o600)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def secret_file(path: Path, size_bytes: int) -> str:
    """Return the secret in `path`, made there first if absent, readable by its owner alone.

    A new one is `size_bytes` of randomness as URL-safe text. Two processes that start at once
    agree: the file appears whole, by a link, or not at all. Raises NoSecret, also for a file that
    holds less than a secret of this size: an empty one would open every door.
    """
    try:
        if not path.exists():
            _link(path, secrets.token_urlsafe(size_bytes))
        private_file(path)
        secret = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NoSecret(f"{path.name} cannot be made or read there: {error.strerror}") from error
    except UnicodeDecodeError:
        secret = ""
    if len(secret) < size_bytes:
        raise NoSecret(f"{path.name} there holds no secret; delete it, and a new one is made")
    return secret


def _link(path: Path, secret: str) -> None:
    """Let `path` appear with all of `secret` in it, or leave what another process put there."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink()
