"""Markdown becomes what the allow-list holds, and nothing else gets through."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.walkthrough.links import Links
from portal.walkthrough.render import (
    ATTRIBUTES,
    MAX_BYTES,
    TAGS,
    Block,
    TooLong,
    UnknownBlock,
    fragments,
    prose,
    registered,
    sanitise,
)

LINKS = Links("/symbol/", "/source/", "/learn/", "v1.36.3")
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    '<a href="java&#115;cript:alert(1)">x</a>',
    '<a href="&#x01;javascript:alert(1)">x</a>',
    '<p style="position:fixed">x</p>',
    '<p onclick="x()">x</p>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mi//xlink:href='data:x,<script>'>",
    "<iframe src=//e.org></iframe>",
    "<form action=//e.org><input name=a></form>",
    "<style>*{display:none}</style>",
    '<div id="main">x</div>',
    '<p class="claim">forged</p>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[a](go:x#Y\"onmouseover='x')",
    "![a](https://e.org/pixel.png)",
]


class Seen(HTMLParser):
    """Collects what a piece of HTML holds."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]


def seen(html: str) -> Seen:
    found = Seen()
    found.feed(html)
    return found


def assert_harmless(html: str) -> None:
    """Assert that only the allow-list's tags, attributes and schemes are in a piece of HTML."""
    found = seen(html)
    assert found.tags <= TAGS
    for tag, name, value in found.attributes:
        assert name in ATTRIBUTES.get(tag, set()) | {"class", "rel", "align"}, (tag, name)
        if name == "href":
            assert re.match(r"https?://|/|#|[^:]*$", value), value
        if name == "class":
            assert value == "" or value in {"ref", "t"} or value.startswith("language-"), value
    assert sanitise(html) == html


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_gets_through(attack: str) -> None:
    assert_harmless(prose(f"before\n\n{attack}\n\nafter", LINKS))


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_harmless(text: str) -> None:
    assert_harmless(prose(text, LINKS))


@settings(deadline=None)
@given(st.text("<>/abi=\"' &;:#x()[]`*_!\n", max_size=120))
def test_any_markup_is_harmless(text: str) -> None:
    assert_harmless(prose(text, LINKS))


def test_numbers_in_braces_lead_to_their_notes() -> None:
    html = prose("It wraps {1} and `{2}` stays; so does {x}.", LINKS)

    assert '<a class="ref" href="#note-1" rel="noopener noreferrer">1</a>' in html
    assert "<code>{2}</code>" in html
    assert "{x}" in html


def test_links_into_source_and_chapters_are_led_to_their_pages() -> None:
    html = prose("[f](go:k8s.io/a#T.m~0123abcd) [c](chapter:book/one) [w](https://e.org)", LINKS)

    assert 'href="/symbol/k8s.io/a/T.m?at=v1.36.3"' in html
    assert 'href="/learn/book/one?at=v1.36.3"' in html
    assert 'href="https://e.org"' in html


def test_a_link_that_is_no_anchor_loses_its_target() -> None:
    assert "href" not in prose("[f](go:nothing)", LINKS)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(TooLong):
        prose("x" * (MAX_BYTES + 1), LINKS)


@pytest.mark.parametrize("part", [">", "`", "* ", "_a", "[a](", "<a ", "&", "- x\n  ", "<div>"])
@pytest.mark.timeout(20)
def test_repetition_ends_in_time(part: str) -> None:
    assert_harmless(prose(part * (8000 // len(part)), LINKS))


@pytest.mark.parametrize("text", ["[" * 100, "![a" * 100, "x" * 20_000])
def test_entangled_paragraphs_are_refused(text: str) -> None:
    with pytest.raises(TooLong):
        prose(f"before\n\n{text}\n", LINKS)


def test_blocks_are_cut_out_and_plain_fences_stay() -> None:
    text = "one\n\n```code go:a#B\nshow head\n```\ntwo\n```console\n$ ls\n```\nthree\n```claim x\nC\n```\n"

    found = list(fragments(text))

    assert found == [
        "one\n\n",
        Block("code", "go:a#B", "show head\n", 3),
        "two\n```console\n$ ls\n```\nthree\n",
        Block("claim", "x", "C\n", 11),
    ]


def test_a_fence_that_never_closes_ends_with_the_text() -> None:
    assert list(fragments("a\n```code x\nb")) == ["a\n", Block("code", "x", "b", 2)]


def test_unknown_blocks_are_named() -> None:
    with pytest.raises(UnknownBlock, match="nonsense"):
        registered("nonsense")
