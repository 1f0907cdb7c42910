"""Where a symbol of another language than Go is declared: its page is its file, at its line."""

from portal.walkthrough.links import Links
from portal.walkthrough.stock import stock
from portal.walkthrough.subject import Subject


def declared_elsewhere(subject: Subject, links: Links) -> str:
    """Return the address of the line that declares it, "" for a symbol of Go or of nothing."""
    where, key, importpath, name = subject
    index = stock(where).index(key)
    for one in index.locate(importpath, name) if index else ():
        if not one.path.endswith(".go"):
            return links.source(key, one.path, one.mark.line)
        break
    return ""
