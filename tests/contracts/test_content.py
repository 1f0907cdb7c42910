"""Every chapter is sound: anchors resolve, languages pair, links lead somewhere."""

from portal.walkthrough.proofread import check_content
from tests.support.source import bring_all


def test_the_content_has_no_mistake() -> None:
    assert check_content(where=bring_all()) == []
