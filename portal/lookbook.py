"""What the page of the design system shows of the frame and of the reading half.

All of it is made up, and the Go text is our own: no source is read. The routes alone are those that
the chapters draw.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from portal import specimen
from portal.home import ClusterRow
from portal.part import (
    FoundLine,
    HitGroup,
    HoverCard,
    OutlineItem,
    PanelHead,
    Station,
    Status,
    Tag,
    Toast,
)
from portal.paths import PathMap, draw_paths
from portal.pen import Hunk, Pen
from portal.reference import ReferenceGroup
from portal.shelf import BookRow, Versions
from portal.shell import Mark
from portal.walkthrough import anchors, shelfmark
from portal.walkthrough.blocks import ClaimView, CodeView, EvidenceView
from portal.walkthrough.escaped import escaped
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.links import Links
from portal.walkthrough.pane import Pane, PaneSpec, Row
from portal.walkthrough.route import RouteMap, draw


@dataclass(frozen=True, slots=True)
class LookBook:
    """Fixtures, by section of the page."""

    sections: tuple[tuple[str, str], ...]
    """Id and title of each section, in order."""
    statuses: tuple[Status, ...]
    tags: tuple[Tag, ...]
    grades: tuple[Grade, ...]
    claims: tuple[ClaimView, ...]
    evidence: EvidenceView
    code: tuple[CodeView, ...]
    outline: tuple[OutlineItem, ...]
    routes: tuple[RouteMap, ...]
    toasts: tuple[Toast, ...]
    clusters: tuple[ClusterRow, ...]
    head: PanelHead
    filter_trouble: str
    kinds: tuple[str, ...]
    card: HoverCard
    hits: tuple[HitGroup, ...]
    stations: tuple[Station, ...]
    found: tuple[FoundLine, ...]
    references: tuple[ReferenceGroup, ...]
    paths: PathMap
    shelf: tuple[BookRow, ...]
    versions: Versions
    pen: Pen
    hunk: Hunk


def look_book() -> LookBook:
    """Return every fixture, words in the reader's language."""
    return LookBook(
        sections=_sections(),
        statuses=_statuses(),
        tags=(
            Tag("", "beta"),
            Tag("lapis", "this page"),
            Tag("ok", "tested"),
            Tag("move", "rolling out"),
            Tag("warn", "deprecated"),
            Tag("fail", "removed"),
            Tag("doubt", "not checked yet"),
        ),
        grades=tuple(Grade),
        claims=_claims(),
        evidence=EvidenceView("pods.v1", escaped("<p>A pod is bound once.</p>")),
        code=tuple(_code()),
        outline=(
            OutlineItem("#code", "t", "Harbour", 12),
            OutlineItem("#code", "f", "Open", 18, is_member=True, is_current=True),
            OutlineItem("#code", "i", "Pilot", 31),
            OutlineItem("#code", "v", "defaultDepth", 40),
        ),
        routes=tuple(_routes()),
        toasts=(
            Toast("ok", "done", "status", "Copied as kubectl", "kubectl get pods -A"),
            Toast(
                "warn", "stale", "status", "Catching up", "Reopened after 12 s; 41 rows changed."
            ),
            Toast(
                "fail", "fail", "alert", "Your rights changed", "You may not list pods in search."
            ),
        ),
        clusters=specimen.clusters(),
        head=PanelHead("panel-h", "Workloads", "of this cluster", "5,416"),
        filter_trouble="Expected a number after >, found >3 at column 10.",
        kinds=("pods.v1", "deployments.v1.apps"),
        card=HoverCard(
            "Harbour.Open",
            escaped(
                '<span class="kd">func</span> <span class="p">(</span>h <span class="o">*</span>'
                '<a class="ty" href="#code">Harbour</a><span class="p">)</span> '
                '<a class="fn" href="#code">Open</a><span class="p">(</span>depth '
                '<span class="kt">int</span><span class="p">)</span> <span class="kt">error</span>'
            ),
            "Lets the next ship in, unless the chain is up.",
            (("Definition", "#code"), ("2 references", "#code")),
            "called 14 times a second",
        ),
        hits=specimen.hits(),
        stations=specimen.stations(),
        found=specimen.FOUND,
        references=specimen.references(),
        paths=draw_paths(specimen.PATHS),
        shelf=specimen.SHELF,
        versions=specimen.VERSIONS,
        pen=specimen.pen(),
        hunk=specimen.HUNK,
    )


def _sections() -> tuple[tuple[str, str], ...]:
    return (
        ("freshness", _("Freshness")),
        ("states", _("States")),
        ("status", _("Status")),
        ("coast", _("Coast")),
        ("problems", _("Problems and changes")),
        ("table", _("Table and filter")),
        ("object", _("Object")),
        ("timeline", _("Timeline")),
        ("relations", _("Relations")),
        ("traffic", _("Traffic")),
        ("record", _("Events, log, writers, changes")),
        ("judgement", _("Checks and rights")),
        ("route", _("Route")),
        ("code", _("Code")),
        ("shelf", _("Books and reading paths")),
        ("editor", _("Editor")),
        ("palette", _("Palette and stations")),
        ("drift", _("Drift and claims")),
        ("clusters-list", _("Clusters")),
        ("menus", _("Menus")),
        ("parts", _("Small parts")),
        ("forms", _("Forms, buttons, toasts, errors")),
        ("sign-in", _("Sign in")),
    )


def _statuses() -> tuple[Status, ...]:
    still = "still"
    return (
        Status(
            Mark("ok", "ok"),
            _("Healthy"),
            _("as it should be"),
            "Running, Ready, Bound, Active",
        ),
        Status(
            Mark("move", "move"),
            _("Moving"),
            _("on its way, in time"),
            "ContainerCreating, Progressing",
        ),
        Status(Mark("warn", "warn"), _("Warning"), _("late, or will fail"), "Pending, Evicted"),
        Status(
            Mark("fail", "fail"), _("Failing"), _("broken now"), "CrashLoopBackOff, Error, Lost"
        ),
        Status(Mark("doubt", "doubt"), _("Unknown"), _("nobody can say"), "Unknown, NodeLost"),
        Status(Mark("done", still), _("Done"), _("ended well"), "Completed, Succeeded"),
        Status(Mark("still", still), _("Still"), _("held on purpose"), "Suspended, scaled to 0"),
        Status(Mark("gone", still), _("Going"), _("being deleted"), "Terminating"),
        Status(Mark("deny", still), _("Not allowed"), _("hidden by your rights"), "any kind"),
        Status(Mark("stale", "warn"), _("Stale"), _("was true earlier"), "any view"),
    )


def _claims() -> tuple[ClaimView, ...]:
    return (
        ClaimView(
            escaped("<p>A failed rollout is never rolled back by itself.</p>"),
            "tested",
            "v1.36.3",
            path="pkg/controller/deployment/progress.go",
            line=37,
            href="#code",
        ),
        ClaimView(escaped("<p>Bookmarks come once a minute.</p>"), "broken", "v1.36.3"),
        ClaimView(
            escaped("<p>Seats are freed on panic.</p>"),
            "unknown",
            "v1.36.3",
            command="portolan source fetch k8s.io/apiserver@v0.36.3",
        ),
    )


def _code() -> Iterator[CodeView]:
    """Yield a pane, one whose symbol is gone, and one whose source is not imported."""
    spec = PaneSpec(anchors.parse("go:example.org/harbour#Open"), (), ())
    rows = (
        Row(18, '<span class="c1">// Open lets the next ship in, unless the chain is up.</span>'),
        Row(
            19,
            '<span class="kd">func</span> <span class="p">(</span>h <span class="o">*</span>'
            '<a class="ty" href="#code">Harbour</a><span class="p">)</span> '
            '<span class="def">Open</span><span class="p">(</span>depth '
            '<span class="kt">int</span><span class="p">)</span> <span class="kt">error</span> '
            '<span class="p">{</span>',
            notes=(1,),
        ),
        Row(
            20,
            '\t<span class="k">if</span> depth <span class="o">&lt;</span> '
            '<span class="mi">12</span> <span class="p">{</span>',
            is_on=True,
            notes=(2,),
        ),
        Row(
            21,
            '\t\t<span class="k">return</span> <a class="fn" href="#code">tooShallow</a>'
            '<span class="p">(</span><span class="s">"the bar"</span><span class="p">)</span>',
            is_on=True,
        ),
        Row(23, cut=6),
        Row(29, '<span class="p">}</span>'),
    )
    pane = Pane("Open", "harbour/open.go", "harbour@v1", Grade.BODY, rows, ())
    yield CodeView(
        spec,
        "code",
        "pane-1",
        "#code",
        "v1.36.3",
        pane=pane,
        rows=tuple(replace(row, html=escaped(row.html)) for row in rows),
        source_href=reverse("look"),
        last_line=29,
    )
    gone = PaneSpec(anchors.parse("go:example.org/harbour#Sink"), (), ())
    yield CodeView(gone, "code", "pane-2", "#code", "v1.36.3", near=("Shrink", "Sing"))
    away = PaneSpec(anchors.parse("go:example.org/sea#Tide"), (), ())
    yield CodeView(
        away,
        "code",
        "pane-3",
        "#code",
        "v1.36.3",
        command="portolan source fetch example.org/sea@v1.0.0",
    )


def _routes() -> Iterator[RouteMap]:
    """Yield the first route of the library, as it runs and as it is written."""
    root = reverse("books")
    before = root.removesuffix("learn/")
    links = Links(f"{before}symbol/", f"{before}source/", root)
    entries = (entry for book in shelfmark.library().books.values() for entry in book.listing("en"))
    for entry in entries:
        if entry.front.route is not None:
            address = (entry.book, entry.slug)
            yield draw(entry.front.route, links, address, is_written=False)
            yield draw(entry.front.route, links, address, is_written=True)
            return
