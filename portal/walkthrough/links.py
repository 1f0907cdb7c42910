"""Where source is shown: the addresses that highlighted code and chapters link to."""

from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Links:
    """Address roots of one language and one version; each ends with a slash."""

    symbols: str
    sources: str
    chapters: str
    at: str = ""
    """The version that was asked for, carried along; empty: what the reader would get anyway."""

    def at_version(self, version: str) -> "Links":
        """Return the same roots with `version` carried along."""
        return replace(self, at=version)

    def symbol(self, importpath: str, name: str) -> str:
        """Return the address of a symbol's page."""
        return f"{self.symbols}{quote(importpath)}/{quote(name)}{self._query()}"

    def source(self, key: str, path: str, line: int = 0, /, **query: str) -> str:
        """Return the address of a file or folder of the snapshot `key` (`PROJECT@VERSION`)."""
        fragment = f"#L{line}" if line else ""
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.sources}{quote(key, safe='@')}/{quote(path)}{asked}{fragment}"

    def comparison(self, project: str, old: str, new: str, folder: str = "", **query: str) -> str:
        """Return the address of what differs between two versions, or in one folder of them."""
        given = {key: value for key, value in query.items() if value}
        asked = f"?{urlencode(given)}" if given else ""
        return f"{self.sources}{quote(project)}@{quote(old)}...{quote(new)}/{quote(folder)}{asked}"

    def chapter(self, book: str, chapter: str, **query: str) -> str:
        """Return the address of a chapter."""
        return f"{self.chapters}{quote(book)}/{quote(chapter)}{self._query(**query)}"

    def _query(self, **query: str) -> str:
        given = {key: value for key, value in {"at": self.at, **query}.items() if value}
        return f"?{urlencode(given)}" if given else ""
