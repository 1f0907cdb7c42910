"""A name that is rendered as a link leads to its definition: Go's own type checker is asked of 2,000."""

from pathlib import Path

import pytest

from portal.source.snapshot import Shelf
from tests.support import rightness
from tests.support.imported import imported

pytestmark = [pytest.mark.source, pytest.mark.timeout(600)]

ENOUGH = 0.995


def test_links_lead_to_what_the_type_checker_says(shelf: Shelf, tmp_path: Path) -> None:
    whole = imported(shelf.get("kubernetes", "v1.36.3"))

    right = rightness.links(whole, tmp_path)

    assert right >= ENOUGH, (
        f"{(1 - right) * rightness.SAMPLE:.0f} of {rightness.SAMPLE} lead elsewhere"
    )
