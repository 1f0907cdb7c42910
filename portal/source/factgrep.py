"""What `kind:` asks of an imported version, as lines of its code: read from the facts that imports keep."""

import re
from itertools import groupby

from portal.source.codequery import Query
from portal.source.grep import Batch, Hit, Line, line_around, path_filter
from portal.source.index import Index
from portal.source.stringfacts import KINDS
from portal.source.stringindex import Stated, stated

_LITERAL = re.compile(rb'"([^"\n]*)"')
_WRITTEN = re.compile(rb"\S.*")


def fact_batch(index: Index, query: Query, start: int, most: int) -> Batch | None:
    """Return the lines that state what is asked for, from their number `start` on, `most` of them.

    In the order of paths and lines; `next` is a number of a line too. None: no import says of which
    strings they are, and a pattern has to do.
    """
    facts = stated(index, query.kind, query.asked) if query.kind in KINDS else None
    if facts is None:
        return None
    is_meant = path_filter(query)
    found = {
        (fact.path, fact.line): fact for fact in facts if is_meant is None or is_meant(fact.path)
    }
    chosen = [found[place] for place in sorted(found)[start : start + most]]
    hits = tuple(
        _hit(index, path, list(group)) for path, group in groupby(chosen, lambda fact: fact.path)
    )
    return Batch(hits, start + most if len(found) > start + most else None)


def _hit(index: Index, path: str, facts: list[Stated]) -> Hit:
    data = index.view.hot(*index.view.find(path)).data
    begins = [0, *(found.end() for found in re.finditer(b"\n", data))]
    lines = tuple(_line(data, begins[fact.line - 1], fact) for fact in facts)
    return Hit(path, lines, len(lines))


def _line(data: bytes, begin: int, fact: Stated) -> Line:
    """Return the line of a fact with its string marked, or all of it where a constant stands for that."""
    end = data.find(b"\n", begin)
    end = len(data) if end < 0 else end
    written = (
        found.span()
        for found in _LITERAL.finditer(data, begin, end)
        if found[1] and fact.name.endswith(found[1].decode("utf-8", "replace"))
    )
    whole = _WRITTEN.search(data, begin, end)
    span = next(written, whole.span() if whole else (begin, end))
    return line_around(data, fact.line, [span])
