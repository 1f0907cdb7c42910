"""The YAML of an object as the page prints it: cut for colour, each line with its writer."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from dashboard.access.particular import Particular
from dashboard.insight.authorship import Role, claims
from dashboard.insight.manifest import Line, Path, lines
from dashboard.views import code
from dashboard.views.record import FieldLine, WriterChoice

ROLES: Mapping[Role, str] = {
    Role.APPLIED: gettext_noop("Applied"),
    Role.SCALED: gettext_noop("Scaled"),
    Role.SERVER: gettext_noop("Filled in by the server"),
    Role.CONTROLLER: gettext_noop("Controller"),
}


@dataclass(frozen=True, slots=True)
class Manifest:
    """The YAML, and whose lines there are. `fold` says what is left out, "" when nothing is."""

    lines: tuple[FieldLine, ...]
    writers: tuple[WriterChoice, ...]
    fold: str
    fold_url: str
    is_folded: bool


async def manifest(request: HttpRequest, found: Particular) -> Manifest:
    """Return the YAML, with managedFields only where the address asks for them (`?managed=1`)."""
    is_folded = not is_unfolded(request)
    body = with_managed(request, found)
    cut = await sync_to_async(lines)(body, claims(found.managed_fields))
    paths = [line.path for line in cut if line.key]
    urls = await code.field_urls(request, found.resource.gvr, found.resource.kind, paths)
    count = len(found.managed_fields)
    entries = ngettext(
        "%(count)d entry of managedFields", "%(count)d entries of managedFields", count
    )
    written = Counter(line.author.role for line in cut)
    return Manifest(
        lines=_drawn(cut, urls),
        writers=tuple(
            WriterChoice(role.value, _(label), written[role])
            for role, label in ROLES.items()
            if written[role]
        ),
        fold=entries % {"count": count} if count else "",
        fold_url=f"{request.path}?managed=1" if is_folded else request.path,
        is_folded=is_folded,
    )


def is_unfolded(request: HttpRequest) -> bool:
    """Return whether an address asks for managedFields."""
    return request.GET.get("managed") == "1"


def with_managed(request: HttpRequest, found: Particular) -> dict[str, Any]:
    """Return the object, with its managedFields where the address asks for them."""
    body = dict(found.body)
    if is_unfolded(request):
        body["metadata"] = {**body.get("metadata", {}), "managedFields": [*found.managed_fields]}
    return body


def _drawn(cut: tuple[Line, ...], urls: Mapping[Path, str]) -> tuple[FieldLine, ...]:
    found: list[FieldLine] = []
    before = None
    for line in cut:
        name = line.author.name if line.author != before else ""
        before = line.author
        found.append(
            FieldLine(
                line.number,
                line.indent,
                line.key,
                line.value,
                line.author.role.value,
                name,
                code_url=urls.get(line.path, "") if line.key else "",
            )
        )
    return tuple(found)
