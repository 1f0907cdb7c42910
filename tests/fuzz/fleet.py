"""All targets, ready to be played."""

from pathlib import Path

from tests.fuzz.archives import Packages, Repositories, Tarballs, Zips
from tests.fuzz.drill import Target
from tests.fuzz.gofiles import GoFiles, Tokens
from tests.fuzz.otherfiles import OtherFiles
from tests.fuzz.passages import Calls, Passages
from tests.fuzz.questions import Anchors, Library, Lookups, Searches


def fleet(data: Path) -> list[Target]:
    """Return the targets, which keep what they need below `data`."""
    library = Library(data / "library")
    takers = (Tarballs, Zips, Repositories, Packages)
    return [
        *(taker(data / taker.name) for taker in takers),
        Searches(library),
        Lookups(library),
        Anchors(),
        GoFiles(),
        Tokens(),
        OtherFiles(),
        Passages(),
        Calls(library),
    ]
