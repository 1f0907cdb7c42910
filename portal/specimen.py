"""Made-up lines for the page of the design system: what is found, read and written."""

from django.utils.translation import gettext as _

from portal.home import ClusterRow
from portal.part import FoundLine, Hit, HitGroup, Piece, Station
from portal.paths import ReadingPath, Stop
from portal.pen import AnchorOption, Hunk, Pen, PenLine, Side
from portal.reference import Reference, ReferenceGroup
from portal.shelf import BookRow, ChapterRow, LanguageRow, VersionRow, Versions
from portal.shell import CONNECTED, SILENT, STALE, UNTRIED
from portal.walkthrough.escaped import escaped
from portal.walkthrough.excerpt import Grade


def hits() -> tuple[HitGroup, ...]:
    """Return lists, objects and source that match."""
    return (
        HitGroup(
            "Lists",
            (
                Hit("box", "", "Po", "ds", "v1", "5,416", "#palette", is_chosen=True),
                Hit("box", "", "Po", "dDisruptionBudgets", "policy/v1", "12", "#palette"),
            ),
        ),
        HitGroup("Objects", (Hit("box", "ledger-", "po", "ster", "payments", "Pod", "#palette"),)),
        HitGroup(
            "Source",
            (
                Hit("code", "sync", "Po", "d", "pkg/kubelet", "func", "#palette"),
                Hit("book", "Scheduling a ", "po", "d", "kube-scheduler", "14 min", "#palette"),
            ),
        ),
    )


def stations() -> tuple[Station, ...]:
    """Return the life of a kind."""
    return (
        Station("Type", "what people write", (("Deployment", "#code"),)),
        Station("Strategy", "what the server makes of it", (("PrepareForCreate", "#code"),)),
        Station("Controller", "who acts on it", (("syncDeployment", "#code"),)),
        Station("Watch", "this cluster, now", (("212 objects", "#code"),), is_live=True),
    )


def clusters() -> tuple[ClusterRow, ...]:
    """Return a cluster in every state."""
    server = "https://10.0.0.1:6443"
    return (
        ClusterRow("prod-eu-1", "#clusters-list", server, "v1.36.3", CONNECTED, _("connected"), ""),
        ClusterRow("staging-eu", "#clusters-list", server, "v1.37.0", STALE, _("stale"), ""),
        ClusterRow(
            "prod-us-2",
            "#clusters-list",
            server,
            "",
            SILENT,
            _("does not answer"),
            "TLS: certificate signed by unknown authority.",
        ),
        ClusterRow("edge-lab", "#clusters-list", server, "", UNTRIED, _("not asked yet"), ""),
    )


def references() -> tuple[ReferenceGroup, ...]:
    """Return uses of a symbol, and what implements it, of which one is only likely."""
    line = escaped(
        'err <span class="o">:=</span> h<span class="p">.</span>'
        '<a class="fn same" href="#code">Open</a><span class="p">(</span>'
        '<span class="mi">12</span><span class="p">)</span>'
    )
    return (
        ReferenceGroup(
            "References",
            "3, exact",
            (
                Reference("harbour/pilot.go:29", "#code", line),
                Reference("harbour/tide.go:164", "#code", line),
                Reference("harbour/open_test.go, 31 tests", "#code"),
            ),
        ),
        ReferenceGroup(
            "Implementers of Pilot",
            "2",
            (
                Reference("harbour/local.go", "#code", name="*LocalPilot", name_url="#code"),
                Reference(
                    "method sets compared, no types",
                    name="*TugPilot",
                    name_url="#code",
                    is_likely=True,
                ),
            ),
        ),
    )


def _stops(names: str, read: int) -> tuple[Stop, ...]:
    return tuple(
        Stop(name, "#shelf", "done" if number < read else "now" if number == read else "")
        for number, name in enumerate(names.split("|"))
    )


FOUND = (
    FoundLine(
        "book",
        (Piece("16, Restarting a container"),),
        "#palette",
        "kubelet",
        (
            Piece("…from ten seconds to five minutes, the "),
            Piece("back-off", is_marked=True),
            Piece(" doubles each time…"),
        ),
    ),
    FoundLine(
        "code",
        (Piece("wait."), Piece("Backoff", is_marked=True)),
        "#palette",
        "k8s.io/apimachinery/pkg/util/wait",
        box="t",
        letter="T",
    ),
    FoundLine(
        "box", (Piece("back", is_marked=True), Piece("end-7")), "#palette", "Pod in payments"
    ),
)

PATHS = (
    ReadingPath(
        "Operator",
        "9 h 20, 3 of 7",
        _stops("The machine|Controllers 1–6|apiserver 1–5|apiserver 7|Security|etcd|Runbooks", 3),
    ),
    ReadingPath(
        "Contributor",
        "14 h, 1 of 6",
        _stops("The machine|apiserver 1–8|client-go|Controllers|cmd/|The 4 tools", 1),
    ),
    ReadingPath(
        "Newcomer",
        "2 h 30, done",
        _stops("What it is for|Nodes|One request|A Pod is born|kubectl|Next", 6),
    ),
)

_ENGLISH = LanguageRow("en", "English", "complete", "done", "ok")
SHELF = (
    BookRow(
        "kube-apiserver",
        "#shelf",
        "Everything a request meets between the wire and etcd.",
        "17 chapters, 4 h 48",
        "1 of 17 read",
        tuple(number < 1 for number in range(17)),
        Grade.MOVED,
        (_ENGLISH, LanguageRow("zh-Hans", "简体中文", "完整", "done", "ok")),
        "Chapters, 2 of 17 is next",
        (
            ChapterRow(
                1,
                "One request, end to end",
                "#shelf",
                Grade.SAME,
                "14 claims",
                "11 min",
                is_read=True,
            ),
            ChapterRow(2, "The handler chain", "#shelf", Grade.MOVED, "21 claims", "14 min"),
            ChapterRow(3, "Authentication", "#shelf", Grade.BODY, "33 claims", "26 min"),
        ),
    ),
    BookRow(
        "Harbour runbooks",
        "#shelf",
        "What team payments does when something stops.",
        "9 pages, 47 min",
        "not begun",
        (False,) * 9,
        Grade.GONE,
        (_ENGLISH, LanguageRow("zh-Hans", "简体中文", "尚无", "still", "still")),
    ),
)

VERSIONS = Versions(
    "menu-versions",
    "v1.36.3",
    is_cluster=True,
    rows=(
        VersionRow("v1.37.0", "#menus", "1 body changed"),
        VersionRow("v1.36.3", "#menus", "1 moved", is_current=True),
        VersionRow("v1.35.6", "#menus", "same"),
    ),
)

_TEXT = """# When cart-api stops rolling out

A rollout that passes its deadline is **not rolled back**.
The controller only writes a condition, in
[[example.org/harbour # Harbour.Open]],
and goes on trying.

:::code example.org/harbour # Harbour.Sink
fold: comments
:::

:::evidence cluster
{deployments.v1.apps checkout/cart-api status.conditions}
:::

## What to do first

1. Read the events of the pods that are not ready.
2. Ask whether the probe is honest: see [[harbour.op

3. Only then `kubectl rollout undo`, by hand.

Owner: team-payments. Last drill: 3 weeks ago.
"""
_MARKED = {
    5: PenLine(5, "ok", "ok"),
    8: PenLine(8, "stale", "warn", "d2"),
    19: PenLine(19, "move", "move"),
}


def pen() -> Pen:
    """Return a page that is being written, at the moment when an anchor is picked."""
    return Pen(
        _TEXT,
        tuple(_MARKED.get(number, PenLine(number)) for number in range(1, 25)),
        (
            AnchorOption("pen-1", "f", "harbour.Open", "method of *Harbour", Grade.SAME),
            AnchorOption("pen-2", "t", "harbour.Opening", "struct", Grade.MOVED),
            AnchorOption("pen-3", "f", "harbour.OpenAll", "gone since v1.17", Grade.GONE),
        ),
        "31 more match",
        escaped(
            "<h3>When cart-api stops rolling out</h3><p>A rollout that passes its deadline is "
            '<b>not rolled back</b>. The controller only writes a condition, in <a href="#code">'
            "<code>Harbour.Open</code></a>, and goes on trying.</p>"
        ),
        "v1.36.3",
    )


HUNK = Hunk(
    "line-24",
    "Line 24",
    "both of you changed it",
    (
        Side(
            "",
            "Before, revision 13",
            "Owner: team-payments. Last drill: 5 weeks ago.",
            is_base=True,
        ),
        Side("mine", "Yours", "Owner: team-payments. Last drill: 3 weeks ago.", is_chosen=True),
        Side("theirs", "His", "Owner: team-checkout. Last drill: 5 weeks ago."),
    ),
    (("both", "Both lines, yours first"), ("new", "Write it anew")),
)
