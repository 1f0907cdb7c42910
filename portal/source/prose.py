"""What a text says about source: symbols, signatures, paths and lines, found and not yet judged.

Written for prose in any language, Markdown, pasted code and addresses. What could mean anything (a
variable and its field) is left out, or marked as standing in code; a word of prose counts as a name where
a capital stands inside it. Each pattern begins where a word begins and gives nothing back, so that a text
is read in time that grows as its length.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.source.address import addressed
from portal.source.mention import Mention, Sort, symbol

MAX_CHARACTERS = 256 * 1024
MOST = 3_000
"""Different mentions that are taken of one text."""
LONGEST_SIGNATURE = 2_000
LONGEST_NAME = 200
LONGEST_PATH = 500


@dataclass(frozen=True, slots=True)
class Mentions:
    """What was found, in the order of the text, each thing once: where it stands first."""

    found: tuple[tuple[Mention, int], ...]
    """(mention, line of the text)."""
    is_cut: bool
    """Whether there were more than MOST of them."""


_FLAGS = re.ASCII
_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}]++", _FLAGS)
_FUNC = re.compile(
    r"(?<!\w)func[ \t]++(?:\([ \t]*(?:\w++[ \t]++)?\*?(\w++)(?:\[[^\]\n]{0,99}\])?[ \t]*\)[ \t]*+)?"
    r"(\w++)(?:\[[^\]\n]{0,199}\])?\(",
    _FLAGS,
)
_PATH = re.compile(
    r"(?<![\w./@~+$-])(?:go:)?[\w.@~+$-]++(?:/[\w.@~+-]++)++"
    r"(?:\)\.(\w++)|#(?:L(?=\d))?(\w++(?:\.\w++)?+)|:(\d{1,7})(?!\d))?",
    _FLAGS,
)
_DOTTED = re.compile(
    r"(?<![\w./@~+$-])(\(?\*?[A-Za-z_]\w*+\)?(?:\.[A-Za-z_-][\w-]*+)++)(?:(\()|:(\d{1,7})(?!\d))?",
    _FLAGS,
)
_SPAN = re.compile(r"`([A-Za-z_]\w{2,80})(?:\(\))?`", _FLAGS)
_CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w{3,80})\(\)", _FLAGS)
_BARE = re.compile(r"(?<![\w./@~+$#%&:=<-])([A-Za-z]\w{3,80})(?![\w/@=]|\.\w|:\w)", _FLAGS)
_PASTED = re.compile(
    r"^(?:\t| {4,})\S[^\n]*|^[^\n]*(?::=|[{};])[ \t]*$|^[^\n]*:=[^\n]*", re.MULTILINE
)
"""Lines that are code though nothing marks them: their names are variables for the most part."""
_CODE = re.compile(r"^(?:```|~~~)[^\n]*\n[\s\S]*?(?:^(?:```|~~~)|\Z)|`[^`\n]*+`", re.MULTILINE)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", _FLAGS)
_VERSION = re.compile(r"v\d\w*", _FLAGS)
_HUMPED = re.compile(r"\w*[a-z0-9][A-Z]\w*", _FLAGS)

_TALK = re.compile(
    r"github\.com/[^/]+/[^/]+/(?!blob/|tree/|raw/|blame/)(?:[a-z]+/\d|releases|wiki|compare)"
)
"""Addresses of issues and the like, without their scheme."""
_HOSTED = re.compile(r"(github\.com/[^/]+/[^/]+)/(?:blob|tree|raw|blame)/([^/]+)/")
EXTENSIONS = frozenset(
    re.findall(
        r"\w+",
        """c cc cfg cn com conf cpp crt css csv dev gz h html io java jpg js json key log md mod net org
        pb pem png proto py rb rs rst service sh sock sql sum svg tar tmpl toml ts txt xml yaml yml""",
    )
)
"""What stands behind a dot and is no symbol."""


def mentions(text: str) -> Mentions:
    """Return what a text says about source; beyond MAX_CHARACTERS it is not read."""
    text = text[:MAX_CHARACTERS]
    reader = _Reader(text)
    found: dict[Mention, int] = {}
    all_of_them = sorted(reader.all(), key=lambda one: one[0])
    said = {one.name.rpartition(".")[2] for _at, one in all_of_them if not one.is_bare}
    for at, mention in all_of_them:
        if mention.is_bare and mention.name in said:
            continue  # more of it is said elsewhere
        is_long = len(mention.path) > LONGEST_PATH or len(mention.importpath) > LONGEST_PATH
        if mention not in found and not is_long and len(mention.name) <= LONGEST_NAME:
            if len(found) == MOST:
                return Mentions(_lined(text, found), is_cut=True)
            found[mention] = at
    return Mentions(_lined(text, found), is_cut=False)


def _lined(text: str, found: dict[Mention, int]) -> tuple[tuple[Mention, int], ...]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return tuple((mention, bisect_right(starts, at)) for mention, at in found.items())


class _Reader:
    """Finds the sorts one after the other; what one has taken the next does not see."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = [match.span() for match in _CODE.finditer(text)]
        self._starts = [start for start, _end in self._spans]

    def all(self) -> Iterator[tuple[int, Mention]]:
        """Yield (offset, mention), sort by sort."""
        yield from self._take(_URL, lambda found: addressed(found[0]))
        yield from self._signatures()
        yield from self._take(_PATH, self._path)
        yield from self._take(_DOTTED, self._dotted)
        for pattern in (_SPAN, _CALL):
            for match in pattern.finditer(self._text):
                if match[0].endswith(")") or match[0].endswith(")`") or _HUMPED.fullmatch(match[1]):
                    yield match.start(1), Mention(Sort.WORD, match[1], match[1], is_code=True)
        yield from self._bare()

    def _bare(self) -> Iterator[tuple[int, Mention]]:
        """Yield the words of prose that are written as names of Go are, with a capital inside."""
        pasted = [match.span() for match in _PASTED.finditer(self._text)]
        starts = [start for start, _end in pasted]
        for match in _BARE.finditer(self._text):
            before = bisect_right(starts, match.start()) - 1
            is_pasted = before >= 0 and match.start() < pasted[before][1]
            if not is_pasted and _HUMPED.fullmatch(match[1]) and not self._is_code(match.start()):
                yield match.start(), Mention(Sort.WORD, match[1], match[1])

    def _take(
        self, pattern: re.Pattern[str], read: Callable[[re.Match[str]], Mention | None]
    ) -> Iterator[tuple[int, Mention]]:
        left, at = [], 0
        for match in pattern.finditer(self._text):
            left += [self._text[at : match.start()], " " * (match.end() - match.start())]
            at = match.end()
            if mention := read(match):
                yield match.start(), mention
        self._text = "".join((*left, self._text[at:]))

    def _signatures(self) -> Iterator[tuple[int, Mention]]:
        left, end = [], 0
        for match in _FUNC.finditer(self._text):
            if match.start() < end:
                continue
            left += [self._text[end : match.start()]]
            end = signature_end(self._text, match.end() - 1)
            left += [" " * (end - match.start())]
            name = f"{match[1]}.{match[2]}" if match[1] else match[2]
            words = " ".join(self._text[match.start() : end].split())
            yield match.start(), Mention(Sort.SIGNATURE, words, name, is_code=True)
        self._text = "".join((*left, self._text[end:]))

    def _is_code(self, at: int) -> bool:
        before = bisect_right(self._starts, at) - 1
        return before >= 0 and at < self._spans[before][1]

    def _path(self, match: re.Match[str]) -> Mention | None:
        text = match[0].rstrip(".-/")
        if _TALK.match(text):
            return None
        method, fragment, line = match.groups()
        whole = text.removeprefix("go:").partition("#")[0].partition(")")[0]
        whole = (whole.removesuffix(f":{line}") if line else whole).rstrip("./-")
        ref = ""
        if hosted := _HOSTED.match(whole):  # an address without its scheme
            whole, ref = f"{hosted[1]}/{whole[hosted.end() :]}", hosted[2]
        is_code = self._is_code(match.start())
        if fragment and not fragment.isdigit():
            return symbol(text, whole, fragment, is_code=is_code)
        if fragment:
            return Mention(
                Sort.PATH, text, path=whole, line=int(fragment[:7]), ref=ref, is_code=True
            )
        folder, _slash, last = whole.rpartition("/")
        package, dot, name = last.partition(".")
        is_name = dot and name.rpartition(".")[2] not in EXTENSIONS | {"go"} and package
        if is_name and all(map(_IDENTIFIER.fullmatch, name.split("."))) and folder:
            name = f"{name}.{method}" if method else name
            return symbol(text, f"{folder}/{package}", name, is_code=is_code)
        number = int(line) if line and last.endswith(".go") else 0
        return Mention(Sort.PATH, text, path=whole, line=number, ref=ref, is_code=is_code)

    def _dotted(self, match: re.Match[str]) -> Mention | None:
        whole = re.sub(r"[(*)]", "", match[1])
        parts = whole.split(".")
        if parts[-1] == "go":
            line = int(match[3] or 0)
            text = f"{whole}:{line}" if line else whole
            return Mention(Sort.PATH, text, path=whole, line=line, is_code=True)
        is_name = len(parts) < 4 and all(map(_IDENTIFIER.fullmatch, parts))
        is_kind = any(map(_VERSION.fullmatch, parts[1:]))  # pods.v1, deployments.v1.apps
        if not is_name or is_kind or len(parts[-1]) == 1 or parts[-1] in EXTENSIONS:
            return None
        is_code = bool(match[2]) or self._is_code(match.start())
        if not (is_code or _HUMPED.search(parts[-1]) or parts[-1][:1].isupper()):
            return None  # e.g. the end of one sentence and the beginning of the next
        if parts[0][0].islower() and len(parts) == 2 and not parts[1][0].isupper():
            # A member of an unexported type, or of a variable: only the type can be told from it.
            return Mention(Sort.SYMBOL, whole, whole, is_code=False)
        if parts[0][0].isupper():
            return Mention(Sort.SYMBOL, whole, ".".join(parts[:2]), is_code=is_code)
        return Mention(Sort.SYMBOL, whole, ".".join(parts[1:]), parts[0], is_code=is_code)


def signature_end(text: str, at: int) -> int:
    """Return where a signature ends whose parameters open at `at`: before the body or the line's end."""
    depth = 0
    last = min(len(text), at + LONGEST_SIGNATURE)
    for place in range(at, last):
        sign = text[place]
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif depth <= 0 and (
            sign in "\n`;"
            or (
                sign == "{" and not text.endswith(("interface", "struct"), max(0, place - 9), place)
            )
        ):
            return place
    return last
