"""Each step of our reflector, and the function of client-go at the same point."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dashboard.access.trace import Step
from portal.source.structs import Place
from portal.walkthrough.links import Links

CACHE = "k8s.io/client-go/tools/cache"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a step is, in a word, and the Go function at the same point, which may do otherwise."""

    label: str
    place: Place


MEANINGS = {
    Step.STREAM: Meaning(
        gettext_noop("asks for the present state as a stream"), Place(CACHE, "Reflector.watchList")
    ),
    Step.INITIAL_EVENTS_END: Meaning(
        gettext_noop("has all initial events"), Place(CACHE, "handleListWatch")
    ),
    Step.LIST: Meaning(gettext_noop("lists for the first time"), Place(CACHE, "Reflector.list")),
    Step.LIST_PAGE: Meaning(
        gettext_noop("reads a page"), Place("k8s.io/client-go/tools/pager", "ListPager.list")
    ),
    Step.REPLACE: Meaning(gettext_noop("replaces the copy"), Place(CACHE, "Reflector.syncWith")),
    Step.WATCH: Meaning(
        gettext_noop("watches from that version on"), Place(CACHE, "Reflector.watch")
    ),
    Step.EVENTS: Meaning(gettext_noop("applies changes"), Place(CACHE, "handleAnyWatch")),
    Step.BOOKMARK: Meaning(
        gettext_noop("moves on by a bookmark"), Place(CACHE, "Reflector.setLastSyncResourceVersion")
    ),
    Step.WATCH_ENDED: Meaning(gettext_noop("sees the watch end"), Place(CACHE, "handleWatch")),
    Step.MALFORMED: Meaning(gettext_noop("cannot read a change"), Place(CACHE, "handleAnyWatch")),
    Step.COLUMNS: Meaning(gettext_noop("finds other columns"), Place(CACHE, "isExpiredError")),
    Step.DENIED: Meaning(
        gettext_noop("has lost the right, and empties the copy"),
        Place(CACHE, "Reflector.ListAndWatchWithContext"),
    ),
    Step.UNWATCHED: Meaning(
        gettext_noop("cannot watch, and waits to list again"),
        Place(CACHE, "Reflector.ListAndWatchWithContext"),
    ),
    Step.RELIST: Meaning(
        gettext_noop("lists again"), Place(CACHE, "Reflector.relistResourceVersion")
    ),
    Step.FALLBACK: Meaning(
        gettext_noop("goes on in an older way"), Place(CACHE, "Reflector.ListAndWatchWithContext")
    ),
    Step.VERIFY: Meaning(
        gettext_noop("has heard nothing, and asks"), Place(CACHE, "Reflector.watch")
    ),
    Step.CHECK: Meaning(
        gettext_noop("compares the copy with the cluster"),
        Place(CACHE, "checkWatchListDataConsistencyIfRequested"),
    ),
    Step.BACKOFF: Meaning(gettext_noop("waits"), Place(CACHE, "Reflector.RunWithContext")),
    Step.ERROR: Meaning(gettext_noop("meets an error"), Place(CACHE, "DefaultWatchErrorHandler")),
}
"""Complete by a test: no step is without its function, and each function is in the source."""

TROUBLE = frozenset({Step.ERROR, Step.BACKOFF, Step.MALFORMED, Step.DENIED, Step.UNWATCHED})
"""Steps that tell of something amiss."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: when, what, and the Go function at the same point."""

    at: str
    """As a machine reads it."""
    time: str
    label: str
    detail: str
    count: int
    resource_version: str
    symbol: str
    symbol_url: str
    is_trouble: bool
    before: str = ""
    """What happened right before it, and was not the reflector's doing."""


def step_view(  # noqa: PLR0913  (each is a column)
    step: Step,
    links: Links,
    *,
    at: str,
    time: str,
    detail: str,
    count: int,
    resource_version: str,
    before: str = "",
) -> StepView:
    """Return a step as a page shows it."""
    meaning = MEANINGS[step]
    return StepView(
        at=at,
        time=time,
        label=_(meaning.label),
        detail=detail,
        count=count,
        resource_version=resource_version,
        symbol=meaning.place.name,
        symbol_url=symbol_url(step, links),
        is_trouble=step in TROUBLE,
        before=before,
    )


def symbol_url(step: Step, links: Links) -> str:
    """Return where the Go function of a step is shown."""
    place = MEANINGS[step].place
    return links.symbol(place.importpath, place.name)
