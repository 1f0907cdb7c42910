"""From a line of an object's YAML to the Go field that it is, at the version the cluster runs."""

import asyncio
from collections.abc import Mapping, Sequence

from django.http import HttpRequest

from dashboard.api.gvr import GVR
from dashboard.insight.manifest import Path
from portal.crosslinks.gotype import go_type
from portal.source.errors import SourceError
from portal.source.structs import Named, Place, locate
from portal.walkthrough import shelfmark
from portal.walkthrough.chapterpage import links_for
from portal.walkthrough.edition import choose
from portal.walkthrough.press import PRESS, TooSlow
from portal.walkthrough.stock import Where, stock

PATIENCE_S = 0.3
"""How long a page waits for its links; the types are then being read, and the next page has them."""

_reading: set[asyncio.Task[dict[Path, Place]]] = set()


async def field_urls(
    request: HttpRequest, gvr: GVR, kind: str, paths: Sequence[Path]
) -> Mapping[Path, str]:
    """Return the address of the Go field at each path; nothing for kinds whose source is not here."""
    root = go_type(gvr, kind)
    if root is None:
        return {}
    where = shelfmark.where()
    try:
        edition = await choose(request, stock(where).shelf, "kubernetes")
    except SourceError:
        return {}
    # Items of one list are declared alike: the shape of the paths is what is asked for.
    shapes = tuple(sorted({_shape(path) for path in paths}, key=repr))
    job = PRESS.keep(_located, where, edition.snapshot.key, root, shapes)
    task = asyncio.ensure_future(job)
    _reading.add(task)
    task.add_done_callback(_done)
    try:
        found = await asyncio.wait_for(asyncio.shield(task), PATIENCE_S)
    except (TimeoutError, SourceError, TooSlow):
        return {}
    links = links_for(request)
    urls = {shape: links.symbol(place.importpath, place.name) for shape, place in found.items()}
    return {path: urls[_shape(path)] for path in paths if _shape(path) in urls}


def _located(where: Where, key: str, root: Named, paths: tuple[Path, ...]) -> dict[Path, Place]:
    return locate(stock(where).tree(key), root, paths)


def _shape(path: Path) -> Path:
    return tuple(0 if isinstance(part, int) else part for part in path)


def _done(task: asyncio.Task[dict[Path, Place]]) -> None:
    _reading.discard(task)
    if not task.cancelled():
        task.exception()  # said where it was waited for, or to nobody: links are an extra
