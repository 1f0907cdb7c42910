"""Whether a Go file belongs to a build: file-name suffixes and build constraints.

Source: `go help buildconstraint`; go/build#Context.MatchFile. The build is one without cgo by the
gc compiler, at a language version that satisfies every `go1.N`.
"""

import re
from dataclasses import dataclass

OSES = frozenset(
    re.findall(
        r"\w+",
        """aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9
        solaris wasip1 windows zos""",
    )
)
UNIXES = OSES - {"js", "nacl", "plan9", "wasip1", "windows", "zos"}
ARCHES = frozenset(
    re.findall(
        r"\w+",
        """386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32
        mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm""",
    )
)
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Build:
    """What is built for."""

    goos: str = "linux"
    goarch: str = "amd64"

    def has(self, tag: str) -> bool:
        """Return whether a tag is satisfied."""
        return (
            tag in {self.goos, self.goarch, "gc"}
            or (tag == "unix" and self.goos in UNIXES)
            or (tag == "linux" and self.goos == "android")
            or (tag == "darwin" and self.goos == "ios")
            or re.fullmatch(r"go1\.\d+", tag) is not None
        )


def is_test(file: str) -> bool:
    """Return whether a file is compiled for tests only."""
    return file.endswith("_test.go")


def belongs(file: str, text: str, build: Build) -> bool:
    """Return whether a file of this name and text is part of a build.

    A constraint that is no constraint is read as unsatisfied, as the go command refuses it.
    """
    return _name_fits(file, build) and _constraints_fit(text, build)


def fits(path: str, constraint: str, build: Build) -> bool:
    """Return whether a file at `path` with this `constraint_of` its text is part of a build."""
    return _name_fits(path.rpartition("/")[2], build) and _constraints_fit(constraint, build)


def constraint_of(text: str) -> str:
    """Return the lines with which a file of this text constrains its builds; "" where it does not."""
    head = re.split(r"^package\s", text, maxsplit=1, flags=re.MULTILINE)[0]
    return "\n".join(re.findall(r"^//(?:go:build| ?\+build) .*$", head, re.MULTILINE))


def _name_fits(file: str, build: Build) -> bool:
    parts = file.removesuffix(".go").removesuffix("_test").split("_")[1:]
    match parts[-2:]:
        case [system, machine] if system in OSES and machine in ARCHES:
            return build.has(system) and build.has(machine)
        case [*_, last] if last in OSES | ARCHES:
            return build.has(last)
    return True


def _constraints_fit(text: str, build: Build) -> bool:
    head = re.split(r"^package\s", text, maxsplit=1, flags=re.MULTILINE)[0]
    if found := re.search(r"^//go:build (.*)$", head, re.MULTILINE):
        try:
            return _Expression(found[1], build).value()
        except ValueError:
            return False
    # Until 1.17 is unsupported: older files carry this form alone.
    return all(
        any(
            all(build.has(tag.lstrip("!")) != tag.startswith("!") for tag in option.split(","))
            for option in line.split()
        )
        for line in re.findall(r"^// ?\+build (.*)$", head, re.MULTILINE)
    )


class _Expression:
    """A boolean expression over tags; `&&` binds tighter than `||`."""

    def __init__(self, text: str, build: Build) -> None:
        text = text.split("//", 1)[0]
        self._tokens = re.findall(r"&&|\|\||[!()]|[^\s!()&|]+|\S", text)
        self._build = build
        self._depth = 0

    def value(self) -> bool:
        result = self._either()
        if self._tokens:
            raise ValueError(f"unexpected {self._tokens[0]!r}")
        return result

    def _either(self) -> bool:
        result = self._both()
        while self._tokens[:1] == ["||"]:
            self._tokens.pop(0)
            result = self._both() or result
        return result

    def _both(self) -> bool:
        result = self._one()
        while self._tokens[:1] == ["&&"]:
            self._tokens.pop(0)
            result = self._one() and result
        return result

    def _one(self) -> bool:
        self._depth += 1
        if not self._tokens or self._depth > MAX_DEPTH:
            raise ValueError("the expression ends too early or nests too deep")
        token = self._tokens.pop(0)
        if token == "!":  # noqa: S105  (a token of the expression, no secret)
            result = not self._one()
        elif token == "(":  # noqa: S105
            result = self._either()
            if self._tokens[:1] != [")"]:
                raise ValueError("a bracket is not closed")
            self._tokens.pop(0)
        elif re.fullmatch(r"[\w.]+", token):
            result = self._build.has(token)
        else:
            raise ValueError(f"unexpected {token!r}")
        self._depth -= 1
        return result
