"""What the built-in chapters promise: anchors that hold, filters in order, drift that is graded."""

import re

import pytest

from dashboard.cache import backoff, reflector, trace
from dashboard.client import transport
from portal.source.symbols import Kind
from portal.source.tree import Tree
from portal.walkthrough import claims, shelfmark
from portal.walkthrough.anchors import Anchor
from portal.walkthrough.chapter import Chapter, read_chapter
from portal.walkthrough.drift import measure
from portal.walkthrough.excerpt import Grade, find
from portal.walkthrough.links import Links
from portal.walkthrough.proofread import register_blocks_once
from portal.walkthrough.render import beside_names
from portal.walkthrough.stock import Where, stock

NOWHERE = Links("/symbol/", "/source/", "/learn/")
KEY = "kubernetes@v1.36.3"
OLD = "kubernetes@v1.20.2"
CHAPTERS = [
    (book, slug, language)
    for book, slug in (("kube-apiserver", "handler-chain"), ("client-go", "list-and-watch"))
    for language in ("en", "zh-hans")
]


def text_of(book: str, slug: str, language: str) -> str:
    entry = shelfmark.library().books[book].chapters[slug][language]
    return entry.text


def chapter(book: str, slug: str, language: str) -> Chapter:
    register_blocks_once()
    return read_chapter(text_of(book, slug, language), NOWHERE, beside_names())


@pytest.mark.source
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_filter_of_the_chain_has_its_place_in_the_text(where: Where, language: str) -> None:
    found = chapter("kube-apiserver", "handler-chain", language)
    route = found.front.route
    assert route is not None
    wrapping = claims.wrapping(where, KEY, route.anchor)
    instead = {stop.instead for stop in route.stops if stop.instead}
    running = [call.name for call in reversed(wrapping) if call.name not in instead]

    headings = re.findall(
        r"^### (\d+) \[`(With\w+)`\](.*)$",
        text_of("kube-apiserver", "handler-chain", language),
        re.MULTILINE,
    )

    assert len(running) == 24
    assert [name for _, name, _ in headings] == running
    assert [int(number) for number, _, _ in headings] == list(range(1, 25))
    assert {other for _, _, rest in headings for other in re.findall(r"`(With\w+)`", rest)} == {
        call.name for call in wrapping if call.name in instead
    }


@pytest.mark.source
@pytest.mark.parametrize(("book", "slug", "language"), CHAPTERS)
def test_every_anchor_holds_and_most_name_nothing_larger_than_a_function(
    where: Where, real: Tree, book: str, slug: str, language: str
) -> None:
    found = chapter(book, slug, language).anchors
    store = stock(where)

    places = [find(store.packages, real, anchor) for anchor in found]

    assert len(found) >= 40
    assert [str(anchor) for anchor in found if not anchor.digest] == []
    assert {place.grade for place in places} == {Grade.SAME}
    small = {Kind.FUNC, Kind.METHOD, Kind.FIELD, Kind.CONST, Kind.VAR}
    assert sum(place.symbol.kind in small for place in places) / len(places) >= 0.8


@pytest.mark.source
@pytest.mark.parametrize(("book", "slug", "language"), CHAPTERS[::2])
def test_the_whole_chapter_is_graded_at_the_old_version(
    where: Where, book: str, slug: str, language: str
) -> None:
    found = chapter(book, slug, language)

    now = measure(where, KEY, "v1.36.3", found.anchors)
    then = measure(where, OLD, "v1.36.3", found.anchors)

    assert (now.same, now.total, now.worst, now.command) == (len(found.anchors),) * 2 + (0, "")
    if then.command:
        assert then.command.endswith("v0.20.2")
    else:
        assert then.total + then.early == len(found.anchors)
        assert then.early > 0
        assert then.worst < Grade.GONE, "what the old version has not yet is no drift"
        assert 0 <= then.same < then.total


def test_what_is_not_imported_has_no_drift_but_a_command(nowhere: Where) -> None:
    anchor = Anchor("k8s.io/apiserver/pkg/server", "DefaultBuildHandlerChain", digest="c670ac44")

    drift = measure(nowhere, KEY, "v1.36.3", (anchor,))

    assert (drift.same, drift.total) == (0, 0)
    assert "k8s.io/apiserver@v0.36.3" in drift.command


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_the_text_says_of_this_portal_is_what_its_code_has(language: str) -> None:
    text = text_of("client-go", "list-and-watch", language)
    section = text.partition("{#portolan}")[2].partition("\n## ")[0]

    said = {int(number) for number in re.findall(r"(?<![\d.])\d+(?![\d.])", section)}

    assert {
        trace.TRACE_LIMIT,
        reflector.PAGE_SIZE,
        int(backoff.AWAY_MOST_S),
        int(backoff.BACKOFF_MOST_S),
        reflector.MIN_WATCH_S // 60,
        2 * reflector.MIN_WATCH_S // 60,
        int(transport.INACTIVITY_LIMIT_S),
    } <= said
    assert f"{backoff.BACKOFF_FIRST_S} s" in section
