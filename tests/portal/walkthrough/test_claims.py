"""Claims hold while the source says what the sentence says, and break when it says otherwise."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source.errors import NoSuchSymbol, NotImported
from portal.source.golang import Source
from portal.source.package import Package
from portal.source.symbols import declared
from portal.walkthrough import claims
from portal.walkthrough.anchors import AnchorError
from portal.walkthrough.claims import (
    Broken,
    ClaimError,
    Lacking,
    Subject,
    Verdict,
    judge,
    parse_claim,
)
from portal.walkthrough.render import Block, fragments
from portal.walkthrough.shelfmark import walkthroughs
from portal.walkthrough.stock import Where

KEY = "kubernetes@v1.36.3"
TEXT = """package a

import f "e.org/filters"

const Pause = 800 * time.Millisecond

const Gate Feature = "Gate"

var table = map[Feature]Specs{
	Gate: {
		{Version: version.MustParse("1.34"), Default: false, PreRelease: featuregate.Alpha},
		{Version: version.MustParse("1.36"), Default: true, PreRelease: featuregate.Beta},
	},
}

func Chain(handler http.Handler, c *Config) http.Handler {
	handler = f.WithInner(handler)
	if c.Chance > 0 && !c.Off {
		handler = f.WithMiddle(handler)
	}
	handler = f.WithOuter(handler)
	w.Header().Set("Retry-After", "5")
	return send(handler, 34)
}
"""
A = "go:e.org/a#"


def check(info: str, version: str = "v1.36.3") -> tuple[int, ...]:
    """Return the lines that decide a claim about TEXT; raise Broken."""
    claim = parse_claim(info)
    source = Source(TEXT)
    symbols = {symbol.name: symbol for symbol in declared(source, "a.go")}
    package = Package("e.org/a", "a", "a", ("a.go",), (), (), symbols, {}, {})
    subject = Subject(package, symbols[claim.anchor.name], source, version, lambda _file: source)
    return claim.check(subject, claim.words)


@pytest.mark.parametrize(
    ("info", "lines"),
    [
        (f"runs-before {A}Chain WithOuter WithMiddle WithInner", (21, 19, 17)),
        (f"outside {A}Chain WithInner WithMiddle WithOuter", (17, 19, 21)),
        (f"outside {A}Chain WithOuter", (21,)),
        (f"guarded {A}Chain WithMiddle Chance Off", (19,)),
        (f"calls {A}Chain WithInner Set send", (17, 22, 23)),
        (f"literal {A}Chain Retry-After 5 34", (22, 22, 23)),
        (f"value {A}Pause '800 * time.Millisecond'", (5,)),
        (f"gate {A}Gate on Beta", (12,)),
    ],
)
def test_a_claim_that_holds_names_the_lines_that_decide(info: str, lines: tuple[int, ...]) -> None:
    assert check(info) == lines


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        (f"runs-before {A}Chain WithInner WithOuter", "WithOuter is wrapped after WithInner"),
        (f"runs-before {A}Chain WithOuter WithNone", "not wrapped in WithNone"),
        (f"outside {A}Chain WithInner WithOuter", "'WithMiddle', 'WithOuter'"),
        (f"guarded {A}Chain WithMiddle Chance Other", "does not depend on Other"),
        (f"guarded {A}Chain WithOuter Chance", "does not depend on Chance"),
        (f"guarded {A}Chain WithNone Chance", "does not call WithNone"),
        (f"calls {A}Chain Set WithInner", "calls no WithInner there"),
        (f"literal {A}Chain Retry-After 6", "holds no '6'"),
        (f"literal {A}Chain Retry", "holds no 'Retry'"),
        (f"value {A}Pause '801 * time.Millisecond'", "Pause is 800 * time.Millisecond"),
        (f"value {A}Chain 1", "no constant or variable"),
        (f"gate {A}Gate off Beta", "Gate is on Beta"),
        (f"gate {A}Pause on GA", "no table names Pause"),
    ],
)
def test_a_claim_breaks_when_the_source_says_otherwise(info: str, reason: str) -> None:
    with pytest.raises(Broken, match=re.escape(reason)):
        check(info)


@pytest.mark.parametrize(
    ("info", "name"),
    [
        (f"runs-before {A}Chain WithOuter WithNone WithInner", "WithNone"),
        (f"guarded {A}Chain WithNone Chance", "WithNone"),
        (f"calls {A}Chain WithInner Close", "Close"),
        (f"gate {A}Pause on GA", "Pause"),
    ],
)
def test_what_is_not_there_at_all_contradicts_nothing(info: str, name: str) -> None:
    with pytest.raises(Lacking) as lacking:
        check(info)

    assert lacking.value.name == name


def test_a_gate_is_what_it_was_at_the_version_of_the_page() -> None:
    assert check(f"gate {A}Gate off Alpha", "v1.35.7") == (11,)
    with pytest.raises(Broken, match=r"at v1\.33\.0"):
        check(f"gate {A}Gate off Alpha", "v1.33.0")


@pytest.mark.parametrize(
    ("info", "error", "advice"),
    [
        ("", ClaimError, "KIND go:IMPORTPATH#NAME"),
        ("nonsense go:e.org/a#F x", ClaimError, "there are: calls, gate"),
        ("gate go:e.org/a#F on", ClaimError, "takes 2 or more words"),
        ("value go:e.org/a#F 'open", ClaimError, "KIND go:IMPORTPATH#NAME"),
        ("calls e.org/a#F x", AnchorError, "write go:"),
    ],
)
def test_a_line_that_claims_nothing_is_refused_with_what_to_write(
    info: str, error: type[Exception], advice: str
) -> None:
    with pytest.raises(error, match=advice):
        parse_claim(info)


def written() -> list[str]:
    """Return the first line of every claim in the English books."""
    return [
        piece.info
        for path in sorted((walkthroughs() / "en").glob("*/*.md"))
        for piece in fragments(Path(path).read_text(encoding="utf-8"))
        if isinstance(piece, Block) and piece.name == "claim"
    ]


@pytest.fixture(scope="module")
def verdicts() -> Callable[[Where], dict[str, Verdict]]:
    """Judge each written claim once."""
    held: dict[str, Verdict] = {}

    def judged(where: Where) -> dict[str, Verdict]:
        if not held:
            held.update({info: judge(where, KEY, info) for info in written()})
        return held

    return judged


@pytest.mark.source
def test_every_claim_of_the_books_holds_in_the_pinned_version(
    where: Where, verdicts: Callable[[Where], dict[str, Verdict]]
) -> None:
    found = verdicts(where)

    assert len(found) >= 40
    assert [info for info, verdict in found.items() if not verdict.holds] == []
    assert all(verdict.lines for verdict in found.values())


@pytest.mark.source
def test_a_false_claim_about_real_source_is_broken_with_its_reason(where: Where) -> None:
    chain = "go:k8s.io/apiserver/pkg/server#DefaultBuildHandlerChain"

    verdict = judge(where, KEY, f"runs-before {chain} WithAuthorization WithAuthentication")

    assert not verdict.holds
    assert verdict.lines == ()
    assert "WithAuthentication is wrapped after WithAuthorization" in verdict.reason
    with pytest.raises(NoSuchSymbol):
        judge(where, KEY, f"calls {chain}s WithAuthorization")


def test_nobody_can_tell_a_claim_about_what_is_not_imported(nowhere: Where) -> None:
    with pytest.raises(NotImported):
        judge(nowhere, KEY, written()[0])


def test_every_kind_of_claim_says_what_it_checks() -> None:
    names = {check.__name__ for check, _ in claims._kinds.values()}

    assert len(names) == len(claims._kinds)
    assert all(check.__doc__ for check, _ in claims._kinds.values())
