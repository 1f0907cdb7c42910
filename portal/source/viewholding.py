"""One module of an imported version, as portal.source.holding has modules."""

from collections.abc import Iterator

from portal.source.holding import Entry
from portal.source.snapshot import Module
from portal.source.view import View


class ViewHolding:
    """One module of an imported version (portal.source.holding.Holding)."""

    def __init__(self, view: View, module: Module) -> None:
        """Hold the files of `module`, those of modules inside its folder apart."""
        self._view = view
        self._folder = module.folder
        self._others = {
            other.folder
            for other in view.snapshot.modules
            if other != module and _is_below(other.folder, module.folder)
        }

    def listing(self, folder: str) -> list[Entry]:
        """Return what a folder holds; raise NoSuchFile."""
        return self._view.listing(self._path(folder))

    def read(self, path: str, limit: int) -> bytes:
        """Return a file's bytes; raises as View.read does."""
        return self._view.read(self._path(path), limit)

    def walk(self) -> Iterator[str]:
        """Yield the path of every file."""
        for paths in self._view.paths.values():
            for path in paths:
                if _is_below(path, self._folder) and not any(
                    _is_below(path, other) for other in self._others
                ):
                    yield path[len(self._folder) :].lstrip("/")

    def files(self, limit: int) -> Iterator[tuple[str, bytes]]:
        """Yield (path, bytes) of every file, in the order of paths."""
        return ((path, self.read(path, limit)) for path in sorted(self.walk()))

    def _path(self, inside: str) -> str:
        return "/".join(part for part in (self._folder, inside) if part)


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
