"""One snapshot as one folder tree, with paths as in the project's repository."""

from dataclasses import dataclass

from portal.source.errors import NoSuchFile, NotAFile, NotImported
from portal.source.fetch import ModuleCache
from portal.source.holding import Entry, clean
from portal.source.snapshot import Module, Snapshot
from portal.source.view import View

MAX_FILE_BYTES = 8 * 1024 * 1024
"""Kubernetes' largest file is a generated OpenAPI document of about 5 MB."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The files of a snapshot, wherever its modules lie on this machine."""

    snapshot: Snapshot
    cache: ModuleCache
    view: View | None = None
    """The version in the index, once it is imported: then nothing else is read."""

    def locate(self, path: str) -> tuple[Module, str]:
        """Return the module that a repository path belongs to, and the path inside it.

        Raises BadPath; NoSuchFile if the path belongs to no module, which the main one prevents.
        """
        path = clean(path)
        fitting = [
            module
            for module in self.snapshot.modules
            if not module.folder or path == module.folder or path.startswith(f"{module.folder}/")
        ]
        if not fitting:
            raise NoSuchFile(f"no module of {self.snapshot.key} holds {path!r}")
        module = max(fitting, key=lambda module: len(module.folder))
        return module, path[len(module.folder) :].lstrip("/")

    def path_of(self, module: Module, file: str) -> str:
        """Return where a module's file lies in the repository: the inverse of `locate`."""
        return "/".join(part for part in (module.folder, file) if part)

    def importpath_of(self, folder: str) -> str:
        """Return the import path of the package that a repository folder would hold."""
        module, inside = self.locate(folder)
        return f"{module.path}/{inside}" if inside else module.path

    def folder_of(self, importpath: str) -> str:
        """Return the repository folder of a package; raise NoSuchFile if no module holds it."""
        module = self.snapshot.module_of(importpath)
        if module is None:
            raise NoSuchFile(f"{importpath} is no package of {self.snapshot.key}")
        return self.path_of(module, importpath[len(module.path) :].lstrip("/"))

    def listing(self, path: str) -> list[Entry]:
        """Return what a folder holds, folders first, then by name.

        A folder that only leads to other modules is listed too. Raises NoSuchFile, BadPath, or
        NotImported when the folder's module is not here and no other lies below it.
        """
        path = clean(path)
        if self.view is not None:
            return self.view.listing(path)
        below = self._modules_below(path)
        entries = {name: Entry(name, is_folder=True, size=None) for name in below}
        module, inside = self.locate(path)
        try:
            found = self.cache.find(module).listing(inside)
        except (NoSuchFile, NotImported):
            if not below:
                raise
            found = []
        entries |= {entry.name: entry for entry in found if entry.name not in below}
        return sorted(entries.values(), key=lambda entry: (not entry.is_folder, entry.name))

    def read(self, path: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """Return a file's bytes.

        Raises BadPath, NoSuchFile, NotAFile, NotImported, or TooLarge above `limit` bytes.
        """
        if self.view is not None:
            return self.view.read(path, limit)
        module, inside = self.locate(path)
        if not inside:
            raise NotAFile(f"{path!r} is a folder")
        return self.cache.find(module).read(inside, limit)

    def _modules_below(self, path: str) -> set[str]:
        prefix = f"{path}/" if path else ""
        return {
            module.folder[len(prefix) :].split("/", 1)[0]
            for module in self.snapshot.modules
            if module.folder.startswith(prefix) and module.folder != path
        }
