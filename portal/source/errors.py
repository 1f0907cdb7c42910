"""Every way the source library can fail a reader, as types.

SourceError
  UnknownSnapshot   no such project or version in content/snapshots.toml
  NotImported       the module is known but is not on this machine
  NoSuchFile        no file or folder has this path
  NotAFile          the path is a folder
  BadPath           the path is not one that a repository could hold
  TooLarge          the file is longer than the caller will take
  Tampered          a module's hash is not the one in content/snapshots.toml
  NoSuchSymbol      the package declares no such name
  Unreachable       no proxy of GOPROXY gave the module
  NotAModule        what was to be imported holds no source, or has no name and version to go by
  BadArchive        an archive, repository or source package that cannot be read: damaged, or none
    BadMember       it holds something that no source tree has, or names it as none could
    TooMuch         it holds more than an import takes
  NotIndexed        a version is listed and not imported, so nothing of it can be looked up
  NewerIndex        a later Portolan wrote a file of the index, in a format of its own
  BadQuery          a question to the code that cannot be read
  NoGo              no Go command that is new enough is on this machine
  NotChecked        Go's type checker came to no end with a version
"""

from typing import ClassVar


class SourceError(Exception):
    """Anything that keeps source from being shown; `status` is the HTTP status that says so."""

    status: ClassVar[int] = 500


class UnknownSnapshot(SourceError):
    """No snapshot has this project and version."""

    status = 404

    def __init__(self, project: str, version: str) -> None:
        """Say which one was asked for."""
        super().__init__(f"{project}@{version} is not listed in content/snapshots.toml")
        self.project, self.version = project, version

    def __reduce__(self) -> tuple[type["UnknownSnapshot"], tuple[str, str]]:
        """Pickle by the arguments: the message is made of them."""
        return UnknownSnapshot, (self.project, self.version)


class NotImported(SourceError):
    """The module is listed, but this machine holds no copy of it."""

    status = 503

    def __init__(self, module: str, version: str) -> None:
        """Say which module, and in `command` what brings it here."""
        self.module, self.version = module, version
        self.command = f"portolan source fetch {module}@{version}"
        super().__init__(f"{module} {version} is not imported: run `{self.command}`")

    def __reduce__(self) -> tuple[type["NotImported"], tuple[str, str]]:
        """Pickle by the arguments: the message is made of them."""
        return NotImported, (self.module, self.version)


class NoSuchFile(SourceError):
    """No file or folder of the tree has this path."""

    status = 404


class NotAFile(SourceError):
    """The path names a folder where a file was wanted."""

    status = 404


class BadPath(SourceError):
    """The path climbs, is absolute, holds a NUL or a backslash, or leaves its module by a link."""

    status = 404


class TooLarge(SourceError):
    """The file is longer than the caller's limit."""

    status = 413


class Tampered(SourceError):
    """The module on this machine is not the one whose hash content/snapshots.toml lists."""

    status = 503


class NoSuchSymbol(SourceError):
    """The package declares no such name; `near` holds the names most like it."""

    status = 404

    def __init__(self, importpath: str, name: str, near: tuple[str, ...] = ()) -> None:
        """Say which name of which package."""
        super().__init__(f"{importpath} declares no {name}")
        self.importpath, self.name, self.near = importpath, name, near

    def __reduce__(self) -> tuple[type["NoSuchSymbol"], tuple[str, str, tuple[str, ...]]]:
        """Pickle by the arguments: the message is made of them."""
        return NoSuchSymbol, (self.importpath, self.name, self.near)


class Unreachable(SourceError):
    """No proxy of GOPROXY gave the module; the message holds what each one said."""

    status = 503


class NotAModule(SourceError):
    """What was to be imported holds no source, or has no project name and version to go by."""

    status = 400


class BadArchive(SourceError):
    """An archive, repository or source package that cannot be read; the message says why."""

    status = 400


class BadMember(BadArchive):
    """A member that no source tree has: it climbs, is a device, is there twice; nothing was kept."""

    def __init__(self, name: str, why: str) -> None:
        """Say which member, of whose name the beginning is repeated, and what is wrong with it."""
        super().__init__(f"{name[:200]!a}: {why}")
        self.name, self.why = name, why

    def __reduce__(self) -> tuple[type["BadMember"], tuple[str, str]]:
        """Pickle by the arguments: the message is made of them."""
        return BadMember, (self.name, self.why)


class TooMuch(BadArchive):
    """It holds more members, bytes or folders in folders than an import takes; nothing was kept."""

    status = 413


class BadQuery(SourceError):
    """A question to the code that cannot be read; the message says what is wrong with it."""

    status = 400


class NotIndexed(SourceError):
    """The version is listed, but it is not imported, so nothing of it can be looked up."""

    status = 503

    def __init__(self, key: str) -> None:
        """Say which version, and in `command` what imports it."""
        self.key = key
        self.command = f"portolan source add {key}"
        super().__init__(f"{key} is not imported: run `{self.command}`")

    def __reduce__(self) -> tuple[type["NotIndexed"], tuple[str]]:
        """Pickle by the arguments: the message is made of them."""
        return NotIndexed, (self.key,)


class NewerIndex(SourceError):
    """A file of the index is of a format that this Portolan does not know."""

    status = 503

    def __init__(self, name: str) -> None:
        """Say which file."""
        self.name = name
        super().__init__(
            f"{name} was written by a later Portolan: run that one, or remove the index and import again"
        )

    def __reduce__(self) -> tuple[type["NewerIndex"], tuple[str]]:
        """Pickle by the arguments: the message is made of them."""
        return NewerIndex, (self.name,)


class NoGo(SourceError):
    """No Go command on this machine is new enough; the message says which would be."""

    status = 503


class NotChecked(SourceError):
    """Go's type checker came to no end with a version; the message holds what it said."""

    status = 503
