"""What a page says instead of source, and what the reader can do next."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.source.errors import (
    NoSuchSymbol,
    NotImported,
    NotIndexed,
    SourceError,
    Tampered,
    TooLarge,
    UnknownSnapshot,
)
from portal.source.snapshot import Shelf
from portal.walkthrough.fate import Fate
from portal.walkthrough.importer import IMPORTER
from portal.walkthrough.links import Links
from portal.walkthrough.sourcelist import told


@dataclass(frozen=True, slots=True)
class AbsentPage:
    """Why something is not shown."""

    title: str
    text: str
    commands: tuple[str, ...] = ()
    """What would bring it here."""
    ways: tuple[tuple[str, str], ...] = ()
    """(label, address) of where to go instead."""


def importing() -> str:
    """Return how far the import of source is, for a page that lacks some; empty: none runs."""
    doing = told(IMPORTER.progress)
    return (
        _("An import is under way: %(doing)s Load this page again in a moment.") % {"doing": doing}
        if doing
        else ""
    )


def mistake(error: Exception, books: str) -> AbsentPage:
    """Return the page for a chapter that its author must mend."""
    return AbsentPage(
        _("This chapter has a mistake"),
        _("`make check` names it, and its author must mend it: %(error)s") % {"error": error},
        ways=((_("Library"), books),),
    )


def too_slow() -> AbsentPage:
    """Return the page for work that was stopped because it took too long."""
    return AbsentPage(
        _("This page takes too long to make"),
        _(
            "The work was stopped so that other pages stay fast. Load the page again: what was done is kept."
        ),
    )


def explain(error: SourceError, links: Links, shelf: Shelf) -> AbsentPage:
    """Return the page for an error; every one of them has a next step."""
    roots = tuple((s.key, links.source(s.key, "")) for s in shelf.snapshots)
    match error:
        case NotImported() | NotIndexed():
            return _elsewhere(error)
        case UnknownSnapshot():
            return AbsentPage(
                _("There is no source of %(project)s %(version)s")
                % {"project": error.project, "version": error.version},
                _("These versions are listed:"),
                ways=roots,
            )
        case NoSuchSymbol():
            return AbsentPage(
                _("%(package)s declares no %(name)s")
                % {"package": error.importpath, "name": error.name},
                _(
                    "The name may be gone at this version, or belong to a test or to another "
                    "system than linux. Names like it, and the package:"
                ),
                ways=(
                    *((name, links.symbol(error.importpath, name)) for name in error.near),
                    *_package_way(error.importpath, links, shelf),
                ),
            )
        case Tampered():
            return AbsentPage(
                _("The source on this machine is not what it should be"),
                _("Its hash differs from the listed one, so it is not shown: %(error)s")
                % {"error": error},
                commands=("portolan source fetch",),
            )
        case TooLarge():
            return AbsentPage(
                _("This file is too large to show"),
                _("It is generated; open it in your editor. %(error)s") % {"error": error},
                ways=roots,
            )
    return AbsentPage(
        _("There is no such file or package"),
        _("Paths are as in the project's repository. Start from its root folder:"),
        ways=roots,
    )


def gone(name: str, fate: Fate, links: Links, importpath: str) -> AbsentPage:
    """Return the page for a symbol that its version has not, and that has moved nowhere."""
    title = _("%(name)s does not exist at %(version)s") % {"name": name, "version": fate.version}
    near = fate.last or fate.first
    way = (f"{name} {near}", links.at_version(near).symbol(importpath, name))
    ways = (way,) if near else ()
    return AbsentPage(title, told_gone(name, fate), ways=ways)


def told_gone(name: str, fate: Fate) -> str:
    """Return in a sentence when a symbol went, as far as the imported versions tell."""
    said = {
        "name": name,
        "last": fate.last,
        "since": fate.since or fate.version,
        "first": fate.first,
    }
    if fate.last:
        return (
            _(
                "Of the imported versions, %(last)s is the last that has %(name)s: it does not "
                "exist since %(since)s."
            )
            % said
        )
    if fate.first:
        return _("Of the imported versions, %(first)s is the first that has %(name)s.") % said
    return _("No imported version has %(name)s under this name.") % said


def no_short(short: str, ways: tuple[tuple[str, str], ...], sources: str) -> AbsentPage:
    """Return the page for a short address that is of no symbol, or of several: `ways`."""
    if ways:
        return AbsentPage(
            _("%(short)s is short for more than one symbol") % {"short": short},
            _("Their names are told apart only when they are written out:"),
            ways=ways,
        )
    return AbsentPage(
        _("%(short)s is short for no symbol here") % {"short": short},
        _(
            "A short address is looked up in the versions that are imported, and none of them has "
            "this symbol. Import the version that it was made at:"
        ),
        ways=((_("Versions"), sources),),
    )


def _elsewhere(error: NotImported | NotIndexed) -> AbsentPage:
    """Return the page for what a command brings here."""
    if isinstance(error, NotImported):
        name = error.module
        text = _(
            "Portolan's repository holds no copy of Kubernetes' source: it reads what this "
            "machine has. This command brings it here; this page then works without a "
            "restart. Live pages work meanwhile."
        )
    else:
        name = error.key
        text = _(
            "It can be read file by file, and looked through once it is imported. This command "
            "does it, beside the running server:"
        )
    return AbsentPage(
        _("%(module)s is not imported") % {"module": name},
        importing() or text,
        commands=(error.command,),
    )


def _package_way(importpath: str, links: Links, shelf: Shelf) -> tuple[tuple[str, str], ...]:
    held = shelf.holder(importpath)
    if held is None:
        return ()
    snapshot, module = held
    inside = importpath[len(module.path) :].lstrip("/")
    folder = "/".join(part for part in (module.folder, inside) if part)
    return ((importpath, links.source(snapshot.key, folder)),)
