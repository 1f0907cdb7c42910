"""What packages declare, told from their text without parsing it: quick enough to look everywhere.

For deciding whether a link leads somewhere, and for finding functions by what they take; readers who
need spans and digests parse (`package`). gofmt's layout is relied on, as all of Kubernetes' source
has it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from portal.source.errors import SourceError
from portal.source.package import MAX_FILE_BYTES
from portal.source.tree import Tree

_FUNC = re.compile(
    rb"^func (?:\((?:\w+ )?\*?(?P<owner>\w+)(?:\[[^\]]*\])?\) )?(?P<name>\w+)(?:\[[^\]]*\])?\("
    rb"(?P<parameters>[^)]*)",
    re.MULTILINE,
)
_IMPORTS = re.compile(rb"^import (?:\((?P<many>.*?)^\)|(?P<one>[^\n(]+))", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(rb'(?:(?P<alias>[\w.]+)[ \t]+)?"(?P<path>[^"\n]+)"')
_TYPE = re.compile(rb"^type (?P<name>\w+)\b", re.MULTILINE)
_GROUP = re.compile(rb"^type \((?P<body>.*?)^\)", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(rb"^\t(?P<name>\w+) ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Function:
    """One function or method; `parameters` as they are written, up to the first closing bracket.

    `imports` maps the names under which its file knows packages to their import paths.
    """

    name: str
    """As an anchor names it: Func or Type.Method."""
    parameters: str
    imports: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Glance:
    """What a package declares at the top of its files, tests apart."""

    types: frozenset[str]
    functions: tuple[Function, ...]

    @property
    def names(self) -> frozenset[str]:
        """Every name, as anchors write it."""
        return self.types | {function.name for function in self.functions}


NOTHING = Glance(frozenset(), ())


@lru_cache(maxsize=1024)
def glance(tree: Tree, importpath: str) -> Glance:
    """Return what a package declares, for any build; nothing where it is not here."""
    try:
        folder = tree.folder_of(importpath)
        files = [e.name for e in tree.listing(folder) if not e.is_folder and e.name.endswith(".go")]
    except SourceError:
        return NOTHING
    types: set[str] = set()
    functions: list[Function] = []
    for file in sorted(files):
        # Generated code declares nothing that a reader is led to.
        if file.endswith(("_test.go", ".pb.go")) or file.startswith("zz_generated"):
            continue
        try:
            text = tree.read(f"{folder}/{file}" if folder else file, MAX_FILE_BYTES)
        except SourceError:
            continue
        types |= {found["name"].decode() for found in _TYPE.finditer(text)}
        for group in _GROUP.finditer(text):
            types |= {found["name"].decode() for found in _MEMBER.finditer(group["body"])}
        functions += _functions(text, _imports(text))
    return Glance(frozenset(types), tuple(functions))


def _imports(text: bytes) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for block in _IMPORTS.finditer(text):
        for one in _IMPORT.finditer(block["many"] or block["one"]):
            path = one["path"].decode()
            found[(one["alias"] or b"").decode() or path.rpartition("/")[2]] = path
    return found


def _functions(text: bytes, imports: Mapping[str, str]) -> Iterator[Function]:
    for found in _FUNC.finditer(text):
        owner, name = found["owner"], found["name"].decode()
        if name == "init" and not owner:
            continue  # a file may have many, and nothing can name one
        parameters = " ".join(found["parameters"].decode("utf-8", "replace").split())
        yield Function(f"{owner.decode()}.{name}" if owner else name, parameters, imports)


def below(tree: Tree, importpath: str) -> tuple[str, ...]:
    """Return the import paths of a package and of all below it that have Go files, sorted."""
    found: list[str] = []
    waiting = [importpath]
    while waiting:
        here = waiting.pop()
        try:
            entries = tree.listing(tree.folder_of(here))
        except SourceError:
            continue
        waiting += [f"{here}/{e.name}" for e in entries if e.is_folder and e.name != "testdata"]
        if any(not e.is_folder and e.name.endswith(".go") for e in entries):
            found.append(here)
    return tuple(sorted(found))
