"""Questions to the code of an imported version: regular expressions, filters, names, paths, anchors."""

from contextlib import suppress
from pathlib import Path
from random import Random

from portal.source import codequery, grep, search
from portal.source.cargo import take
from portal.source.errors import BadQuery, SourceError
from portal.source.fetch import ModuleCache
from portal.source.index import Index
from portal.source.intake import take_in
from portal.source.snapshot import Shelf, Snapshot
from portal.source.tree import Tree
from portal.source.view import Collection, View
from portal.source.xref import FIRST, References
from portal.walkthrough import anchors
from tests.fuzz.gofiles import GO_FILES
from tests.fuzz.mutation import spoilt_text
from tests.support.packed import folder

TREE = {
    "go.mod": b"module k8s.io/kubernetes\n",
    "odd/\xc3\xa9.txt".encode("latin-1").decode(): "Straße\nİstanbul ſ K é\n".encode(),
    "odd/bytes.bin": bytes(range(256)) * 4,
    "odd/empty.go": b"",
    "odd/fold.txt": "ſail to the Karbour, Straſſe, ÉCOLE, naïve, DŽ ǅ ǆ, Σίσυφος ΣΊΣΥΦΟΣ\n".encode(),
    "odd/late.txt": b"a line\n" * 2000 + b"\0 sail to the harbour behind a nul\n",
    "odd/nul.go": b"package odd\0\n",
    "odd/crlf.go": b"package odd\r\n\r\nfunc Crlf() {}\r\n",
    "odd/long.txt": b"x" * 20_000 + b"needle" + b"y" * 20_000,
    **{f"pkg/p{at}/f.go": text.encode() for at, text in enumerate(GO_FILES)},
}
SIGNS = [
    *("(", ")", "[", "]", "[^", "{", "}", "{1,1000}", "*", "+", "?", "|", "^", "$", ".", "\\", "/"),
    *("(?i)", "(?s)", "(?:", "(?P<a>", r"\pN", r"\p{Greek}", r"\x{10FFFF}", r"\Q", r"\E", r"\b"),
    *(r"\C", "[[:alpha:]]", "[a-z", "]-[", '"', "'", "repo:", "version:", "path:-", "lang:go"),
    *(
        "lang:",
        "case:yes",
        "case:no",
        "kind:func",
        " ",
        "\n",
        "\0",
        "ſ",
        "K",
        "İ",
        "ß",
        "é",
        "\ufffd",
    ),
    *("%", "_", "*.", "-", "~", "@windows", "#", "go:", "NEAR(", " OR ", "NOT", "..", "//", "\x80"),
]
QUESTIONS = [
    *("func Sail", "/func \\w+\\(/", "path:pkg lang:go return", '"quoted \\" text"', "/(a|b)+c?/"),
    *("/needle/", "straße", "STRASSE", "/[^x]needle/", "case:yes Harbour", "/x{3,}|Sail|/", "İ"),
    *(
        "/\\Qa.b\\E/",
        "/(?i)harbour/",
        "/^package/",
        "/}$/",
        "ſ",
        "repo:a version:v1 x",
        "/a?b*/",
        "sail",
        "/karbour/",
        "strasse",
        "σίσυφος",
        "école",
        "/sail.*harbour/",
    ),
]
NAMES = [
    "Harbour",
    "Harbour.Sail",
    "k8s.io/kubernetes/pkg/p0#Harbour",
    "p0.Harbour",
    "(*T).M",
    "HS",
]
ANCHORS = [
    "go:k8s.io/client-go/rest#Config",
    "go:k8s.io/client-go/tools/cache#Reflector.ListAndWatch@windows~01234567/89abcdef",
    "go:a.b/c#D~00000000",
]
PATHS = ["pkg/p0/f.go", "odd", "", "odd/é.txt", "go.mod", "../x", "/etc/passwd", "odd/nul.go"]


def _go_on(_files: int, _found: int) -> bool:
    return False


class Library:
    """A small imported version that questions are put to."""

    def __init__(self, data: Path) -> None:
        """Import it below `data`."""
        snapshot = take(folder(data / "tree", TREE), "sea", "v1.36.3", data / "mod").snapshot
        collection = Collection(data / "index")
        take_in(snapshot, ModuleCache([data / "mod"]), collection, lambda _step: None)
        view = collection.view(snapshot)
        assert view is not None
        self.view: View = view
        self.snapshot: Snapshot = snapshot
        self.index = Index(view)
        self.blobs = [
            (path, view.read(path, 1 << 20)) for paths in view.paths.values() for path in paths
        ]


class Searches:
    """Text and regular expressions: no candidate is missing that would match."""

    name = "grep"

    def __init__(self, library: Library) -> None:
        """Ask `library`."""
        self._library = library

    def play(self, chance: Random) -> object:
        """Ask one question."""
        text = spoilt_text(chance, QUESTIONS, SIGNS)
        if chance.random() < 0.5:
            text = f"/{text.strip('/')}/"
        try:
            query = codequery.read(text)
        except BadQuery:
            return text
        found = grep.Grep(self._library.view, query)
        hits = {hit.path: hit for hit in found.batch(0, _go_on).hits}
        for hit in hits.values():
            assert hit.total >= len(hit.lines) > 0
            for line in hit.lines:
                assert all(0 <= start <= end <= len(line.text) + 1 for start, end in line.spans)
        if not query.path and not query.suffixes:
            matcher = codequery.matcher(query)
            expected = {
                path for path, data in self._library.blobs if any(matcher(data, 0, len(data)))
            }
            texts = {path for path in expected if b"\0" not in dict(self._library.blobs)[path]}
            missing = texts - hits.keys()
            assert not missing, f"{query} misses {missing}"
        return text


class Lookups:
    """Names: found, referred to, ranked; and the paths of files."""

    name = "names"

    def __init__(self, library: Library) -> None:
        """Ask `library`."""
        self._library = library
        self._tree = Tree(library.snapshot, ModuleCache([]), library.view)

    def play(self, chance: Random) -> object:
        """Ask for one name and one path."""
        text = spoilt_text(chance, NAMES, SIGNS)
        if asked := search.read(text):
            self._library.index.search(asked, 20)
        importpath, _hash, name = text.rpartition("#")
        importpath = importpath or "k8s.io/kubernetes/pkg/p0"
        self._library.index.locate(importpath, name)
        list(self._library.index.package(importpath))
        uses = References(self._library.index, importpath, name).batch(FIRST, _go_on).uses
        for use in uses:
            assert 0 <= use.start <= use.end
        path = spoilt_text(chance, PATHS, SIGNS)
        with suppress(SourceError):
            self._tree.listing(path)
        with suppress(SourceError):
            self._tree.read(path)
        with suppress(SourceError):
            Shelf((self._library.snapshot,)).nearest("sea", spoilt_text(chance, ["v1.36.3"], SIGNS))
        return text, path


class Anchors:
    """Anchors: what is read as one is written as it was read."""

    name = "anchors"

    def play(self, chance: Random) -> object:
        """Read one."""
        text = spoilt_text(chance, ANCHORS, SIGNS)
        with suppress(anchors.AnchorError):
            anchor = anchors.parse(text)
            assert anchors.parse(str(anchor)) == anchor
        return text
