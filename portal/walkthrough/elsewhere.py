"""Symbols that have no page of their own: of another language than Go, of tests, of other platforms."""

from portal.source.buildtags import Build, fits
from portal.walkthrough.fate import declared
from portal.walkthrough.links import Links
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject


def declared_elsewhere(subject: Subject, links: Links) -> str:
    """Return the address of the line that declares such a symbol; "" for one with a page, or of nothing."""
    where, key, _importpath, name = subject
    index = stock(where).index(key)
    one = declared(index, subject) if index else None
    if one is None:
        return ""
    is_go = one.path.endswith(".go")
    if is_go and not one.is_test and fits(one.path, one.constraint, Build()):
        return ""
    asked = {"symbol": name} if is_go else {}
    return links.source(key, one.path, one.mark.line, **asked)
