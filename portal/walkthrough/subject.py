"""A symbol of a version, as jobs of the reader's process are asked about it."""

from typing import NamedTuple

from portal.walkthrough.stock import Where


class Subject(NamedTuple):
    """A symbol of a version, as the reader's process finds it."""

    where: Where
    key: str
    """PROJECT@VERSION."""
    importpath: str
    name: str
