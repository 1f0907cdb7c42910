"""The types of one version and their method sets, as a build for one platform has them.

Types of packages that are not imported are known by portal.source.foreign alone; what embeds another
one has fewer methods here than it has in truth. Source: Go specification, "Struct types" (promoted
methods), "Selectors" (depth, ambiguity), "Method sets"; go/types#NewMethodSet.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from portal.source import foreign
from portal.source.buildtags import Build, fits, is_test
from portal.source.index import Index
from portal.source.methodset import ALIAS, DEFINED, INTERFACE, STRUCT, Facts, Shape

MOST_STEPS = 16
"""How many types may stand for one another in a row."""

_NAME = re.compile(r"\$[^\s,()\[\]{}*]+")
_PARAMETER = re.compile(r"#(\d+)")
_EMBEDDED = re.compile(r"(\*?)([^*\[\]]+)(?:\[(.*)\])?")


class Selected(NamedTuple):
    """A method as one type has it, its own or a promoted one."""

    signature: str
    """As its file spells it."""
    package: str
    """The import path of that file's package."""
    arguments: tuple[str, ...]
    """What stands for the type parameters of the type that it is promoted from."""
    is_pointer: bool = False
    """Whether only the pointer has it."""


Selectors = Mapping[str, Selected | None]
"""By `identity`; None is a field, or a name that several embedded types give: no method."""


class Embedded(NamedTuple):
    """A type as it is embedded somewhere."""

    key: str
    is_pointer: bool = False
    arguments: tuple[str, ...] = ()


@dataclass(slots=True)
class Known:
    """A type. Its key is `$IMPORTPATH.Name`; a predeclared one's is its name."""

    package: str
    shape: Shape
    methods: dict[str, tuple[bool, str]] = field(default_factory=dict)
    """Name to whether its receiver is a pointer, and its signature."""
    is_foreign: bool = False
    """Whether it is of a package that is not imported."""


def key_of(importpath: str, name: str) -> str:
    """Return a type's key."""
    return f"${importpath}.{name}" if importpath else name


def identity(name: str, package: str) -> str:
    """Return what makes two names of methods the same: an unexported one is its package's own."""
    return name if name[:1].isupper() else f"{package}.{name}"


class TypeUniverse:
    """Every type of a version that a build compiles; tests and testdata are no part of it."""

    def __init__(self, index: Index, build: Build | None = None) -> None:
        """Read what the import kept of each file; takes some tenths of a second for Kubernetes."""
        self.types: dict[str, Known] = {}
        self._aliases = foreign.aliases()
        self._dotted: dict[str, tuple[str, ...]] = {}
        self._spelled: dict[tuple[str, str], str] = {}
        for importpath, name, form, methods in foreign.types():
            known = Known(importpath, Shape(name, form, (), ()), methods, is_foreign=True)
            self.types[key_of(importpath, name)] = known
        files = list(_files(index, build or Build()))
        for package, facts in files:
            if facts.dotted:
                self._dotted[package] = facts.dotted
            for shape in facts.shapes:
                key = key_of(package, shape.name)
                if shape.form != ALIAS:
                    self.types.setdefault(key, Known(package, shape))
                elif not shape.parameters:
                    self._aliases[key] = shape.embeds[0].replace("$.", f"${package}.")
        for package, facts in files:
            for owner, name, is_pointer, signature in facts.methods:
                key = key_of(package, owner)
                known_owner = self.types.get(self._aliases.get(key, key))
                if known_owner is not None:
                    known_owner.methods[name] = is_pointer, signature

    def spelled(self, text: str, package: str, arguments: tuple[str, ...] = ()) -> str:
        """Return a type or signature of a file of `package` in the version's one spelling."""
        found = self._spelled.get((text, package))
        if found is None:
            whole = text.replace("$.", f"${package}.")
            for dotted in self._dotted.get(package, ()):
                whole = self._undotted(whole, package, dotted)
            found = self._spelled[text, package] = _NAME.sub(self._meant, whole)
        return _PARAMETER.sub(lambda at: _given(at, arguments), found) if arguments else found

    def selectors(self, key: str) -> Selectors:
        """Return every name that may stand behind a dot and a value of a type that is no interface."""
        found: dict[str, Selected | None] = {}
        level = [Embedded(key)]
        seen: set[str] = set()
        is_multiple: set[str] = set()
        while level:
            here: dict[str, Selected | None] = {}
            below: dict[str, Embedded] = {}
            multiple_below: set[str] = set()
            for embedded in level:
                if embedded.key in seen:
                    continue
                seen.add(embedded.key)
                is_twice = embedded.key in is_multiple
                for name, selected in self._of(embedded):
                    here[name] = None if is_twice or name in here else selected
                for one in self._embedded(embedded):
                    if one.key in below or is_twice:
                        multiple_below.add(one.key)
                    below.setdefault(one.key, one)
            for name, selected in here.items():
                found.setdefault(name, selected)
            level, is_multiple = list(below.values()), multiple_below
        return found

    def interface(self, key: str) -> dict[str, Selected] | None:
        """Return the methods of an interface, embedded ones too.

        None: it is no interface, it only constrains type parameters, or embeds one that is not known.
        """
        return self._interface(Embedded(key), 0)

    def _interface(self, embedded: Embedded, depth: int) -> dict[str, Selected] | None:
        under = self._underlying(embedded)
        if under is None or depth > MOST_STEPS:
            return None
        known, arguments = under
        if known.shape.form != INTERFACE or known.shape.only_constrains:
            return None
        found = {
            identity(name, known.package): Selected(signature, known.package, arguments)
            for name, (_pointer, signature) in known.methods.items()
        }
        for text in known.shape.embeds:
            spelled = self.spelled(text, known.package, arguments)
            if spelled == "interface{}":
                continue
            inner = self._interface(_embedded(spelled), depth + 1)
            if inner is None:
                return None
            found |= inner
        return found

    def _of(self, embedded: Embedded) -> Iterator[tuple[str, Selected | None]]:
        """Yield the methods and fields of a type at its own depth."""
        known = self.types.get(embedded.key)
        if known is None:
            return
        if known.shape.form != INTERFACE:
            for name, (is_pointer, signature) in known.methods.items():
                selected = Selected(
                    signature,
                    known.package,
                    embedded.arguments,
                    is_pointer and not embedded.is_pointer,
                )
                yield identity(name, known.package), selected
        under = self._underlying(embedded)
        if under is not None and under[0].shape.form == STRUCT:
            package = under[0].package
            for name in under[0].shape.fields:
                yield identity(name, package), None
            for text in under[0].shape.embeds:
                name = _embedded(text).key.rpartition(".")[2]
                yield identity(name, package), None
        elif methods := self._interface(embedded, 0):
            yield from methods.items()

    def _embedded(self, embedded: Embedded) -> Iterator[Embedded]:
        """Yield what a struct embeds, through pointers too."""
        under = self._underlying(embedded)
        if under is not None and under[0].shape.form == STRUCT:
            known, arguments = under
            for text in known.shape.embeds:
                one = _embedded(self.spelled(text, known.package, arguments))
                yield one._replace(is_pointer=one.is_pointer or embedded.is_pointer)

    def _underlying(self, embedded: Embedded) -> tuple[Known, tuple[str, ...]] | None:
        """Return the struct or interface that a type is in the end; None: another one, or not known."""
        for _step in range(MOST_STEPS):
            known = self.types.get(embedded.key)
            if known is None or known.shape.form != DEFINED:
                return (known, embedded.arguments) if known else None
            text = known.shape.embeds[0]
            if not text.startswith("$"):
                return None
            embedded = _embedded(self.spelled(text, known.package, embedded.arguments))
        return None

    def _undotted(self, text: str, package: str, dotted: str) -> str:
        """Return `text` with the names that a package has from a dot import as what they are."""

        def owned(found: re.Match[str]) -> str:
            key = found[0]
            if key in self.types or not key.startswith(f"${package}."):
                return key
            other = f"${dotted}{key[len(package) + 1 :]}"
            return other if other in self.types or other in self._aliases else key

        return _NAME.sub(owned, text)

    def _meant(self, found: re.Match[str]) -> str:
        """Return what a name stands for, through aliases."""
        name = found[0]
        for _step in range(MOST_STEPS):
            target = self._aliases.get(name)
            if target is None:
                return name
            if not _NAME.fullmatch(target):
                return _NAME.sub(self._meant, target)
            name = target
        return name


def _files(index: Index, build: Build) -> Iterator[tuple[str, Facts]]:
    """Yield (import path, facts) of every file that the build compiles, in order of their paths."""
    found = [
        (path, facts)
        for number, segment in enumerate(index.view.segments)
        for blob, facts in segment.code.facts()
        for path in index.view.paths.get((number, blob), ())
        if not is_test(path) and _is_listed(path) and fits(path, facts.constraint, build)
    ]
    for path, facts in sorted(found, key=lambda one: one[0]):
        yield index.importpath_of(path), facts


def _is_listed(path: str) -> bool:
    """Whether the go command sees a file's folder in a pattern such as `./...`."""
    return not any(part == "testdata" or part[:1] in {"_", "."} for part in path.split("/")[:-1])


def _embedded(text: str) -> Embedded:
    found = _EMBEDDED.fullmatch(text)
    if found is None:
        return Embedded(text)
    return Embedded(found[2], found[1] == "*", tuple(_arguments(found[3] or "")))


def _arguments(text: str) -> Iterator[str]:
    """Yield what stands between the commas that no bracket holds."""
    depth = begin = 0
    for at, character in enumerate(text):
        if character == "," and depth == 0:
            yield text[begin:at]
            begin = at + 1
        depth += (character in "([{") - (character in ")]}")
    if text:
        yield text[begin:]


def _given(at: re.Match[str], arguments: tuple[str, ...]) -> str:
    number = int(at[1])
    return arguments[number] if number < len(arguments) else at[0]
