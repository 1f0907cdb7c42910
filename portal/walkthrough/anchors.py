"""The anchor grammar: how prose names source without ever naming a line.

    go:IMPORTPATH#NAME[@GOOS][~D8][/S8]

NAME is Func, Type, Type.Method, Type.field or CONST. GOOS is the build when it is not linux. D8 is
the start of the sha256 of the symbol's comment-free tokens at the version that the chapter was
verified at; S8 the same of one statement inside it. Source: DESIGN, section 3.

    AnchorError
      NoScheme        it does not begin with go:
      BadImportPath   the part before # is no import path
      BadName         the part after # is no Go name, or Type and member
      BadBuild        the part after @ is no GOOS
      BadDigest       the part after ~ or / is not eight hex digits
"""

import re
from dataclasses import dataclass, replace

from portal.source.buildtags import OSES, Build

SCHEME = "go:"
MAX_LENGTH = 512
DEFAULT_GOOS = Build().goos
IDENTIFIER = r"[^\W\d]\w*"


class AnchorError(ValueError):
    """The text is no anchor; the message says what to write instead."""

    def __init__(self, text: str, advice: str) -> None:
        """Say what is wrong with `text`, of which the beginning is repeated."""
        super().__init__(f"{text[:120]!r}: {advice}")
        self.text, self.advice = text, advice

    def __reduce__(self) -> tuple[type["AnchorError"], tuple[str, str]]:
        """Pickle by the arguments: the message is made of them."""
        return type(self), (self.text, self.advice)


class NoScheme(AnchorError):
    """The text does not begin with `go:`, or has no `#`."""


class BadImportPath(AnchorError):
    """What stands before `#` could be no package."""


class BadName(AnchorError):
    """What stands behind `#` could be no symbol."""


class BadBuild(AnchorError):
    """What stands behind `@` is no operating system that Go builds for."""


class BadDigest(AnchorError):
    """What stands behind `~` or `/` is not eight hex digits."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One place in source, at no particular version."""

    importpath: str
    name: str
    goos: str = DEFAULT_GOOS
    digest: str = ""
    """Eight hex digits, or empty: not verified."""
    statement: str = ""
    """Eight hex digits, or empty: the whole symbol."""

    def __str__(self) -> str:
        """Return the shortest text that parses to this anchor."""
        return "".join(
            (
                f"{SCHEME}{self.importpath}#{self.name}",
                f"@{self.goos}" if self.goos != DEFAULT_GOOS else "",
                f"~{self.digest}" if self.digest else "",
                f"/{self.statement}" if self.statement else "",
            )
        )

    @property
    def symbol(self) -> "Anchor":
        """The anchor of the whole symbol, without its digests."""
        return replace(self, digest="", statement="")

    @property
    def build(self) -> Build:
        """What the package is read for."""
        return Build(goos=self.goos)


def parse(text: str) -> Anchor:
    """Return the anchor that a text is; raise the AnchorError that says what to write instead."""
    if len(text) > MAX_LENGTH:
        raise NoScheme(text, f"an anchor has at most {MAX_LENGTH} characters")
    importpath, hash_sign, rest = text.removeprefix(SCHEME).partition("#")
    if not text.startswith(SCHEME) or not hash_sign:
        raise NoScheme(text, "write go:IMPORTPATH#NAME, such as go:k8s.io/client-go/rest#Config")
    if not is_importpath(importpath):
        raise BadImportPath(
            text, "between go: and # stands an import path, such as k8s.io/client-go/rest"
        )
    name, digest, statement = _digests(text, rest)
    name, at, goos = name.partition("@")
    if at and goos not in OSES:
        raise BadBuild(text, "behind @ stands a GOOS, such as windows; leave it out for linux")
    if not is_name(name):
        raise BadName(
            text, "behind # stands Func, Type, Type.Method, Type.field or CONST, no () and no [T]"
        )
    return Anchor(importpath, name, goos or DEFAULT_GOOS, digest, statement)


def is_importpath(text: str) -> bool:
    """Return whether a text could be a package's import path.

    Source: golang.org/x/mod/module#CheckImportPath.
    """
    return all(
        re.fullmatch(r"[A-Za-z0-9._~+-]+", part) and not part.endswith(".") and part[0] != "-"
        for part in text.split("/")
    ) and not text.startswith(".")


def is_name(text: str) -> bool:
    """Return whether a text could be a symbol: a Go identifier, or two joined by a dot."""
    return re.fullmatch(rf"{IDENTIFIER}(\.{IDENTIFIER})?", text) is not None


def _digests(text: str, rest: str) -> tuple[str, str, str]:
    rest, slash, statement = rest.partition("/")
    name, tilde, digest = rest.partition("~")
    for sign, value, what in ((tilde, digest, "the symbol"), (slash, statement, "a statement")):
        if sign and not re.fullmatch(r"[0-9a-f]{8}", value):
            raise BadDigest(
                text,
                f"behind {sign} stand the first eight hex digits of the digest of {what}; "
                "`portolan anchor` prints them",
            )
    return name, digest, statement
