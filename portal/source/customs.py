"""What is let in of a source tree that somebody brings, whatever it comes in.

Regular files under clean names, each once, and not too many of them. What no source tree has is refused,
and the whole import with it; what belongs to trees and not to their source is left out and counted.
Nothing is ever written under a member's own name, and no link is followed.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from portal.source.errors import BadMember, TooMuch
from portal.source.holding import clean
from portal.source.tree import MAX_FILE_BYTES

LEFT_OUT = frozenset({".git", ".hg", ".svn", ".bzr", "vendor", "node_modules", "_output"})
"""Folders that belong to no module, or hold what was built."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one import takes at most. Kubernetes with its vendor folder: 30,000 members, 350 MB, 14 deep."""

    members: int = 200_000
    total_bytes: int = 2 * 1024**3
    """Of everything that comes out of an archive, whether it is kept or not."""
    file_bytes: int = MAX_FILE_BYTES
    """A longer file is left out: no page shows it."""
    free_bytes: int = 16 * 1024**2
    """What any archive may hold, however small it is."""
    ratio: int = 250
    """Bytes for each byte of an archive, beyond `free_bytes`; source packs at 5 to 30."""
    depth: int = 64
    name_bytes: int = 1024
    part_bytes: int = 255
    seconds: float = 600.0
    """For git, which does what a repository makes it do."""

    def budget(self, packed: int) -> int:
        """Return how many bytes an archive of `packed` bytes may hold."""
        return min(self.total_bytes, self.free_bytes + self.ratio * packed)


class Kind(Enum):
    """What a member is. The value of a kind that is refused says so."""

    FILE = ""
    FOLDER = "a folder"
    LINK = "a symbolic link"
    SUBMODULE = "a submodule"
    PATCH = "a patch"
    HARDLINK = "it is a hard link"
    DEVICE = "it is a device, a pipe or a socket"
    SPARSE = "it is a sparse file"
    UNKNOWN = "it is of a kind that no source tree has"
    LOCKED = "it is encrypted"
    ODDLY_PACKED = "it is packed in a way that is not read here"


class Member(NamedTuple):
    """One thing that an archive, repository or folder holds."""

    name: str
    """As it is written there."""
    kind: Kind
    size: int
    """In bytes, as announced: what comes is counted, and the file refused where it differs."""
    chunks: Callable[[], Iterator[bytes]] = lambda: iter(())
    """Yields its bytes, once, before the next member is asked for."""


class Reason(StrEnum):
    """Why something is not there, or not as it was; the order is that in which it is told."""

    FOLDER = "vendored or built"
    LINK = "symbolic link"
    SUBMODULE = "submodule"
    LARGE = "larger than a page shows"
    NAME = "name not in UTF-8"
    PATCH = "patch not applied"
    CASE = "names that differ in case alone"
    MODULE = "go.mod that names no module of its own"


@dataclass(slots=True)
class Left:
    """How many there are for one reason, and the first."""

    count: int
    example: str


class Customs:
    """Looks at the members of one import, in their order."""

    def __init__(self, limits: Limits) -> None:
        """Nothing was seen yet."""
        self._limits = limits
        self._seen = 0
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._links: set[str] = set()
        self._pruned: set[str] = set()
        self._folded: set[str] = set()
        self.left: dict[Reason, Left] = {}
        """What was left out, or told, so far."""

    def admit(self, member: Member) -> str | None:
        """Return the clean name of a file that is let in, None for what is none or is left out.

        Raises BadMember and TooMuch.
        """
        self._seen += 1
        if self._seen > self._limits.members:
            raise TooMuch(f"more than {self._limits.members:,} members")
        name = self._named(member)
        if member.kind is Kind.PATCH:
            self.tell(Reason.PATCH, name)
            return None
        if member.kind not in {Kind.FILE, Kind.FOLDER, Kind.LINK, Kind.SUBMODULE}:
            raise BadMember(member.name, member.kind.value)
        if member.size < 0 or (member.size and member.kind is Kind.FOLDER):
            raise BadMember(member.name, f"it says that it is of {member.size} bytes")
        if member.kind is Kind.FOLDER:
            self._note_folder(name)
            return None
        if name in self._files or name in self._links:
            raise BadMember(member.name, "it is there twice")
        return name if self._keeps(name, member) else None

    def data(self, member: Member) -> bytes:
        """Return the bytes of a file that was let in; raise BadMember if they are not of its size."""
        found = bytearray()
        for chunk in member.chunks():
            found += chunk
            if len(found) > member.size:
                break
        if len(found) != member.size:
            raise BadMember(member.name, f"it is not of the {member.size} bytes that it says")
        return bytes(found)

    def close(self) -> None:
        """Hold the members against each other, once all were seen; raise BadMember."""
        passed: set[str] = set()
        for name in self._files | self._links | self._folders:
            above = name.rpartition("/")[0]
            while above and above not in passed:
                passed.add(above)
                if above in self._links:
                    raise BadMember(name, f"it lies behind the link {above[:200]!a}")
                if above in self._files:
                    raise BadMember(name, f"it lies in {above[:200]!a}, which is a file")
                above = above.rpartition("/")[0]
        for name in self._folders & (self._files | self._links):
            raise BadMember(name, "it is there twice, and once as a folder")

    def tell(self, reason: Reason, example: str) -> None:
        """Count one more."""
        example = example.encode("utf-8", "backslashreplace").decode()
        self.left.setdefault(reason, Left(0, example)).count += 1

    def _keeps(self, name: str, member: Member) -> bool:
        """Note a file, link or submodule; return whether it is a file that is kept."""
        if folder := _pruned(name):
            (self._links if member.kind is Kind.LINK else self._files).add(name)
            if folder not in self._pruned:
                self._pruned.add(folder)
                self.tell(Reason.FOLDER, folder)
            return False
        if member.kind is Kind.LINK:
            self._links.add(name)
            self.tell(Reason.LINK, name)
            return False
        self._files.add(name)
        if member.kind is Kind.SUBMODULE:
            self.tell(Reason.SUBMODULE, name)
        elif not _is_utf8(name):
            self.tell(Reason.NAME, name)
        elif member.size > self._limits.file_bytes:
            self.tell(Reason.LARGE, name)
        else:
            folded = unicodedata.normalize("NFC", name).casefold()
            if folded in self._folded:
                self.tell(Reason.CASE, name)
            self._folded.add(folded)
            return True
        return False

    def _note_folder(self, name: str) -> None:
        self._folders.add(name)
        folder = _pruned(name)
        if folder and folder not in self._pruned:
            self._pruned.add(folder)
            self.tell(Reason.FOLDER, folder)

    def _named(self, member: Member) -> str:
        """Return a member's name, cleaned; raise BadMember where no repository could hold it."""
        raw = member.name
        name = raw.removeprefix("./")
        if name in {"", "."} and member.kind is Kind.FOLDER:
            return ""
        if name.startswith("/"):
            raise BadMember(raw, "it is absolute")
        if re.match(r"[A-Za-z]:", name):
            raise BadMember(raw, "it begins with a drive")
        if re.search(r"[\0-\x1f\x7f-\x9f]", name):
            raise BadMember(raw, "its name holds a control character")
        limits = self._limits
        parts = name.rstrip("/").split("/")
        if len(parts) > limits.depth:
            raise TooMuch(f"{name[:80]!a}… lies deeper than {limits.depth} folders")
        if len(_encoded(name)) > limits.name_bytes or any(
            len(_encoded(part)) > limits.part_bytes for part in parts
        ):
            raise TooMuch(f"{name[:80]!a}… is longer than a name may be")
        if name.endswith("/") and member.kind is not Kind.FOLDER:
            raise BadMember(raw, "it is named as a folder and is none")
        if ".." in parts:
            raise BadMember(raw, "it climbs")
        if not {"", "."}.isdisjoint(parts) or "\\" in name:
            raise BadMember(raw, "its name holds a backslash, or a part that is empty or a dot")
        return clean(name)


def _pruned(name: str) -> str:
    """Return the path of the outermost folder that is left out and holds `name`; "": there is none."""
    parts = name.split("/")
    for at, part in enumerate(parts):
        if part in LEFT_OUT:
            return "/".join(parts[: at + 1])
    return ""


def _encoded(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _is_utf8(name: str) -> bool:
    return re.search("[\ud800-\udfff]", name) is None
