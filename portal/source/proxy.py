"""Brings a module from the proxies that GOPROXY names, and keeps it only if its hash is the listed one.

Source: Go modules reference, "GOPROXY protocol" and "GOPROXY environment variable"; module zips are
at most 500 MiB, packed or not (golang.org/x/mod/zip#MaxZipFile).
"""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from portal.source.errors import Tampered, Unreachable
from portal.source.fetch import archive_of, escape, hash1
from portal.source.holding import ZipHolding
from portal.source.snapshot import Module

DEFAULT = "https://proxy.golang.org,direct"
"""What the go command uses where GOPROXY is not set."""
TIMEOUT_S = 30.0
"""For a connection, and for each read; not for the whole download."""
MAX_TEXT_BYTES = 4 * 1024 * 1024
MAX_ZIP_BYTES = 500 * 1024 * 1024
SCHEMES = ("https://", "http://", "file://")


@dataclass(frozen=True, slots=True)
class Proxy:
    """One entry of GOPROXY."""

    address: str
    is_last_on_error: bool
    """Whether the next entry is asked only when this one says that it has no such module."""


def proxies(environ: Mapping[str, str] = os.environ) -> tuple[Proxy, ...]:
    """Return the proxies to ask, in order; none when GOPROXY is `off`.

    `direct` is left out: this asks proxies, never version control. After `|` the next proxy is
    asked whatever happened, after `,` only where the one before had no such module.
    """
    found: list[Proxy] = []
    rest = environ.get("GOPROXY") or DEFAULT
    while rest:
        ends = [at for at in (rest.find(","), rest.find("|")) if at >= 0]
        cut = min(ends, default=len(rest))
        address, sign, rest = rest[:cut].strip(), rest[cut : cut + 1], rest[cut + 1 :]
        if address == "off":
            break
        if address.startswith(SCHEMES):
            found.append(Proxy(address.rstrip("/"), is_last_on_error=sign != "|"))
    return tuple(found)


def ask(path: str, asked: tuple[Proxy, ...], limit: int = MAX_TEXT_BYTES) -> str:
    """Return the text that lies at `path` of the first proxy that has it; raises Unreachable."""
    return ask_bytes(path, asked, limit).decode("utf-8", "replace")


def ask_bytes(path: str, asked: tuple[Proxy, ...], limit: int = MAX_TEXT_BYTES) -> bytes:
    """Return what lies at `path` of the first proxy that has it; raises Unreachable."""
    said: list[str] = []
    for proxy in asked:
        request = Request(f"{proxy.address}/{path}", headers={"User-Agent": "portolan"})  # noqa: S310
        try:
            with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  (SCHEMES)
                data: bytes = answer.read(limit + 1)
        except OSError as error:
            said.append(f"{proxy.address}: {_reason(error)}")
            if proxy.is_last_on_error and not _is_absence(error):
                break
            continue
        if len(data) > limit:
            said.append(f"{proxy.address}: longer than {limit} bytes")
            continue
        return data
    raise Unreachable(f"{path} could not be had: {'; '.join(said) or 'GOPROXY names no proxy'}")


def download(module: Module, cache: Path, asked: tuple[Proxy, ...] | None = None) -> Path:
    """Return the module's zip in `cache`, downloaded and held against its listed hash.

    Nothing is visible under its name before every byte of it was checked. Raises Unreachable when
    no proxy gave it, Tampered when one gave something else.
    """
    asked = proxies() if asked is None else asked
    said: list[str] = []
    for proxy in asked:
        with _beside(archive_of(cache, module)) as part:
            try:
                _get(f"{proxy.address}/{escape(module.path)}/@v/{escape(module.version)}.zip", part)
            except (OSError, zipfile.BadZipFile) as error:
                said.append(f"{proxy.address}: {_reason(error)}")
                if proxy.is_last_on_error and not _is_absence(error):
                    break
                continue
            return keep(module, part, cache)
    if not asked:
        said.append("GOPROXY names no proxy")
    raise Unreachable(f"{module} could not be fetched: {'; '.join(said)}")


def keep(module: Module, part: Path, cache: Path) -> Path:
    """Move a module's zip into `cache` with its hash noted; raise Tampered if it differs."""
    try:
        have = hash1(ZipHolding(part, str(module)), str(module))
    except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
        raise Tampered(f"{module} is no readable zip: {error}") from error
    if have != module.h1:
        raise Tampered(f"{module} came as {have}, but {module.h1} is listed")
    place = archive_of(cache, module)
    place.with_suffix(".ziphash").write_text(have, encoding="ascii")
    part.replace(place)
    return place


def _get(address: str, part: Path) -> None:
    """Write what lies at an address into a file; raises OSError, or BadZipFile if it is none."""
    request = Request(address, headers={"User-Agent": "portolan"})  # noqa: S310  (SCHEMES)
    with urlopen(request, timeout=TIMEOUT_S) as answer, part.open("wb") as file:  # noqa: S310
        left = MAX_ZIP_BYTES
        while chunk := answer.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise OSError(f"larger than {MAX_ZIP_BYTES} bytes")
            file.write(chunk)
    with zipfile.ZipFile(part) as archive:
        if sum(info.file_size for info in archive.infolist()) > MAX_ZIP_BYTES:
            raise OSError(f"larger than {MAX_ZIP_BYTES} bytes unpacked")


@contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """Yield a path in the folder of `place` that is gone afterwards, unless it was moved."""
    place.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".part-", dir=place.parent))
    try:
        yield folder / place.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_absence(error: Exception) -> bool:
    if isinstance(error, HTTPError):
        return error.code in (404, 410)
    return isinstance(error, URLError) and isinstance(error.reason, FileNotFoundError)


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"HTTP {error.code}"
    return str(error.reason if isinstance(error, URLError) else error)
