"""resourceVersions: whole numbers of any length, comparable in one resource of one cluster only.

Go: k8s.io/apimachinery/pkg/util/resourceversion#CompareResourceVersion; KEP-5504 (GA in 1.35).
"""

from typing import NewType

from dashboard.errors import InvalidResourceVersion, gettext_noop

ResourceVersion = NewType("ResourceVersion", str)
"""Of an object, a list or a bookmark. In ListOptions also "" (newest) and "0" (any)."""


def is_comparable(text: str) -> bool:
    """Whether `text` can stand for a live version: decimal digits that do not begin with 0."""
    return text.isdigit() and text.isascii() and text[0] != "0"


def compare(a: ResourceVersion, b: ResourceVersion) -> int:
    """Return -1, 0 or 1 as `a` is older than, equal to or newer than `b`.

    Raises InvalidResourceVersion for anything but a live version, "" and "0" included.
    """
    for version in (a, b):
        if not is_comparable(version):
            raise InvalidResourceVersion(
                value=version, reason=gettext_noop("not a resourceVersion")
            )
    # Without leading zeros the longer number is the greater; equal lengths compare as text.
    left, right = (len(a), a), (len(b), b)
    return (left > right) - (left < right)


def newer(a: ResourceVersion, b: ResourceVersion) -> bool:
    """Whether `a` was written after `b`. Raises InvalidResourceVersion."""
    return compare(a, b) > 0


def is_ahead(a: ResourceVersion, b: ResourceVersion) -> bool:
    """Whether a state at `a` may follow one at `b`: newer, or other where versions cannot be compared.

    Some aggregated APIs have none, or none that are numbers.
    """
    if a.isdigit() and b.isdigit() and a.isascii() and b.isascii() and a[0] != "0" != b[0]:
        return a > b if len(a) == len(b) else len(a) > len(b)
    return a != b
