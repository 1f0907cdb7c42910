"""The pages of the reading half, in both languages, with and without source."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.http import HttpRequest
from django.test import AsyncClient

from portal.resource import resource_path
from portal.source.fetch import archive_of
from portal.source.snapshot import Shelf
from portal.source.tree import Tree
from portal.walkthrough import edition, render, shelfmark
from portal.walkthrough.blocks import check_evidence, check_tape, make_tape, make_trace
from portal.walkthrough.render import BlockKind
from portal.walkthrough.stock import Where

CHAPTER = "learn/kube-apiserver/handler-chain"
INFORMER = "learn/client-go/list-and-watch"
CONFIG = "source/kubernetes@v1.36.3/staging/src/k8s.io/apiserver/pkg/server/config.go"
CHAIN = "symbol/k8s.io/apiserver/pkg/server/DefaultBuildHandlerChain"
VOID = {"br", "col", "hr", "img", "input", "link", "meta", "path", "circle", "use"}


class Page(HTMLParser):
    """What a test asks a page: its headings, ids, links, and whether its tags are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self._open, f"</{tag}> closes nothing"
            assert self._open.pop() == tag


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nothing is imported."""
    monkeypatch.setenv("GOMODCACHE", str(tmp_path))
    monkeypatch.setattr(shelfmark, "imported", lambda: tmp_path / "imported")


async def get(reader: AsyncClient, path: str, status: int = 200) -> Page:
    response = await reader.get(f"/{path}")
    assert response.status_code == status, response.content[:500]
    return Page(response.content.decode())


@pytest.mark.source
@pytest.mark.parametrize("language", ["", "zh-hans/"])
@pytest.mark.parametrize(
    "path",
    [
        "learn/",
        "learn/kube-apiserver",
        "learn/client-go",
        CHAPTER,
        INFORMER,
        CONFIG,
        CHAIN,
        "source/kubernetes@v1.36.3/",
    ],
)
async def test_every_page_is_whole(
    reader: AsyncClient, real: Tree, language: str, path: str
) -> None:
    page = await get(reader, language + path)

    assert page.headings.count(1) == 1
    skipped = [b for a, b in zip(page.headings, page.headings[1:], strict=False) if b > a + 1]
    assert not skipped
    assert len(page.ids) == len(set(page.ids))
    assert page.inline == []
    english = {link for link in page.links if link.startswith(("/source/", "/symbol/", "/learn/"))}
    assert not language or english <= {f"/{path}"}, "only the language switch leaves the language"


@pytest.mark.source
async def test_the_chapter_shows_real_source_beside_its_prose(
    reader: AsyncClient, real: Tree
) -> None:
    page = await get(reader, CHAPTER)

    assert page.html.count('class="claim"') == 21
    assert re.search(r"(\d+) of \1 anchors same", page.html)
    assert 'class="fn def"' in page.html
    assert len([i for i in page.ids if i.startswith("note-")]) == 73
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link
    assert f"/{CONFIG}#L1040" in page.links
    assert f"/{CHAIN}" in page.links


@pytest.mark.source
async def test_the_chinese_chapter_is_chinese_and_says_the_same(
    reader: AsyncClient, real: Tree
) -> None:
    page = await get(reader, f"zh-hans/{CHAPTER}")

    assert "一个请求穿过 kube-apiserver" in page.html
    assert '<html lang="zh-Hans"' in page.html
    assert page.html.count('class="claim"') == 21
    assert f"/zh-hans/{CHAIN}" in page.links


@pytest.mark.source
async def test_the_route_turns_around(reader: AsyncClient, real: Tree) -> None:
    runs = await get(reader, CHAPTER)
    written = await get(reader, f"{CHAPTER}?order=written")

    def stops(page: Page) -> list[str]:
        return re.findall(r"<title>(\d+)\. ", page.html)

    assert stops(runs) == [str(number) for number in range(1, 25)]
    assert stops(written) == stops(runs)[::-1]
    assert runs.html.count('class="cond"') == 10


@pytest.mark.source
async def test_a_chart_leads_from_each_stop_to_its_symbol(reader: AsyncClient, real: Tree) -> None:
    page = await get(reader, INFORMER)

    assert len(re.findall(r"<title>\d+\. ", page.html)) == 16
    assert page.html.count('class="tip"') == page.html.count('class="line"') >= 16
    assert "/symbol/k8s.io/client-go/tools/cache/Reflector.watchList" in page.links
    assert "with feature gate WatchListClient" in page.html


@pytest.mark.source
async def test_a_live_block_that_nothing_fills_says_so(
    reader: AsyncClient, real: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfilled = BlockKind("trace", make_trace, check_evidence)
    monkeypatch.setitem(render._kinds, "trace", unfilled)
    monkeypatch.setitem(render._kinds, "tape", BlockKind("tape", make_tape, check_tape))

    page = await get(reader, INFORMER)

    assert "This portal’s own reflector" in page.html
    assert "not available here" in page.html
    assert "what a reflector of pods.v1 did" in page.html
    assert "The connection is reset in the middle of the watch." in page.html
    assert "what a reflector of configmaps.v1 did" in page.html


@pytest.mark.source
async def test_an_older_version_breaks_what_it_contradicts_and_no_more(
    reader: AsyncClient, real: Tree
) -> None:
    page = await get(reader, f"{CHAPTER}?at=v1.20.2")

    if "portolan source fetch" in page.html:
        pytest.skip("the old source is not here")
    for claim in page.html.split('<div class="claim')[1:]:
        if "Authentication runs before tracing" in claim:
            assert "Not of this version." in claim
            assert "The source of v1.20.2 has no WithTracing there." in claim
        if "Limits come before authorization." in claim:
            assert "Tested claim." in claim
        if "Exactly one filter stands outside panic recovery" in claim:
            assert "Broken claim." in claim
    assert page.html.count("Not of this version.") > page.html.count("Broken claim.") > 0


@pytest.mark.source
async def test_a_version_that_is_not_listed_gets_the_nearest_and_a_banner(
    reader: AsyncClient, real: Tree
) -> None:
    page = await get(reader, f"{CHAPTER}?at=v1.36.1")

    assert "The source of v1.36.1 is not listed." in page.html
    assert "This page shows v1.36.3, the nearest patch." in page.html
    assert f"/{CHAIN}?at=v1.36.1" in page.links


@pytest.mark.source
async def test_the_page_opens_at_the_version_that_the_cluster_runs(
    reader: AsyncClient, real: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def running(_request: HttpRequest, _project: str) -> str:
        return "v1.36.3+k3s1"

    monkeypatch.setattr(edition, "_cluster_version", [running])

    page = await get(reader, CHAPTER)

    assert "your cluster:" in page.html
    assert "is not listed" not in page.html


async def test_without_source_the_prose_stands_and_says_what_to_do(
    reader: AsyncClient, absent: None
) -> None:
    page = await get(reader, CHAPTER)

    assert "Written inside out" in page.html
    panes, claims = page.html.count('<div class="code">'), page.html.count("claim open")
    assert page.html.count('<div class="say">') == panes > 20
    assert page.html.count("portolan source fetch k8s.io/") == 1 + panes + claims
    assert page.html.count("Not tested: source not imported.") == claims == 21
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.ids, link


@pytest.mark.parametrize("language", ["", "zh-hans/"])
@pytest.mark.parametrize("path", [CONFIG, CHAIN])
async def test_without_source_its_pages_say_what_brings_it(
    reader: AsyncClient, absent: None, language: str, path: str
) -> None:
    page = await get(reader, language + path, 503)

    assert "portolan source fetch k8s.io/apiserver@v0.36.3" in page.html


@pytest.mark.parametrize("language", ["", "zh-hans/"])
async def test_a_module_that_is_not_the_listed_one_is_not_shown(
    reader: AsyncClient,
    shelf: Shelf,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    pinned = shelf.get("kubernetes", "v1.36.3")
    module = next(m for m in pinned.modules if m.path == "k8s.io/apiserver")
    archive = archive_of(tmp_path, module)
    archive.parent.mkdir(parents=True)
    archive.write_bytes(b"not what was meant")
    archive.with_suffix(".ziphash").write_text("h1:" + "B" * 43 + "=")
    spoiled = Where(resource_path("content") / "snapshots.toml", (tmp_path,))
    monkeypatch.setattr(shelfmark, "where", lambda: spoiled)

    page = await get(reader, language + CONFIG, 503)

    assert "h1:BBB" in page.html
    assert "portolan source fetch" in page.html
    assert "not what was meant" not in page.html


async def test_without_a_cluster_the_evidence_says_so(reader: AsyncClient, absent: None) -> None:
    page = await get(reader, CHAPTER)

    assert "No cluster is connected, so the number of" in page.html
    assert "flowschemas.v1.flowcontrol.apiserver.k8s.io" in page.html


@pytest.mark.source
@pytest.mark.parametrize(
    ("path", "status", "next_step"),
    [
        ("source/kubernetes@v1.36.3/no/such.go", 404, "/source/kubernetes@v1.36.3/"),
        ("source/kubernetes@v1.36.3/a%00b", 404, "/source/kubernetes@v1.36.3/"),
        ("source/kubernetes@v1.36.3/a%2f..%2f..%2fb", 404, "/source/kubernetes@v1.36.3/"),
        ("source/kubernetes@v9.9.9/", 404, "/source/kubernetes@v1.36.3/"),
        ("source/etcd@v9.9.9/", 404, "/source/kubernetes@v1.36.3/"),
        ("source/kubernetes@v1.36.3/api/openapi-spec/swagger.json", 413, "too large"),
        (f"{CHAIN}x", 404, f"/{CHAIN}"),
        (f"{CHAIN}?at=nonsense", 404, "/source/kubernetes@v1.36.3/"),
        ("symbol/net/http/Handler", 404, "/source/kubernetes@v1.36.3/"),
        ("symbol/k8s.io/apiserver/pkg/none/F", 404, "/source/kubernetes@v1.36.3/"),
        ("learn/none", 404, "/learn/"),
        ("learn/kube-apiserver/none", 404, "/learn/kube-apiserver"),
    ],
)
async def test_what_is_not_there_says_where_to_go(
    reader: AsyncClient, real: Tree, path: str, status: int, next_step: str
) -> None:
    page = await get(reader, path, status)

    assert page.headings.count(1) == 1
    assert next_step in page.html


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{#identity}", ""),
        ("```claim runs-before", "```claim none"),
        ("```claim runs-before go:", "```claim runs-before "),
        ("```claim runs-before", "```none"),
        ("show head .. /0fddfce0", "show 12"),
        ("```code go:", "```code "),
        ("## Who is asking", "[" * 99 + "\n\n## Who is asking"),
    ],
)
async def test_a_mistake_of_the_author_is_a_page_of_its_own(
    reader: AsyncClient,
    absent: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    old: str,
    new: str,
) -> None:
    books = tmp_path / "books"
    shutil.copytree(shelfmark.walkthroughs(), books)
    path = books / "en/kube-apiserver/handler-chain.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    monkeypatch.setattr(shelfmark, "walkthroughs", lambda: books)

    page = await get(reader, CHAPTER, 500)

    assert "This chapter has a mistake" in page.html


@pytest.mark.source
async def test_text_is_plain_and_what_is_no_text_is_not_shown(
    reader: AsyncClient, real: Tree
) -> None:
    readme = await get(reader, "source/kubernetes@v1.36.3/README.md")
    picture = await get(reader, "source/kubernetes@v1.36.3/logo/logo.png")

    assert '<li id="L1">' in readme.html
    assert "This file is no text" in picture.html
    assert "<img" not in picture.html


@pytest.mark.source
async def test_every_link_of_a_file_leads_to_a_page(reader: AsyncClient, real: Tree) -> None:
    path = "source/kubernetes@v1.36.3/staging/src/k8s.io/client-go/tools/cache"
    for file in ("listwatch.go", "store_test.go"):
        page = await get(reader, f"{path}/{file}")
        targets = {link.partition("#")[0] for link in page.links}
        for target in sorted(t for t in targets if t.startswith(("/symbol/", "/source/"))):
            assert (await reader.get(target)).status_code == 200, target
