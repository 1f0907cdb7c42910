"""Every chapter is sound: anchors resolve, languages pair, links lead somewhere."""

from portal.walkthrough import shelfmark
from portal.walkthrough.allowance import reason_for, unneeded
from portal.walkthrough.proofread import check_content
from portal.walkthrough.survey import stands, survey
from tests.support.source import bring_all


def test_the_content_has_no_mistake() -> None:
    assert check_content(where=bring_all()) == []


def test_no_anchor_names_what_is_no_longer_as_its_chapter_says() -> None:
    found = survey(bring_all(), stands(shelfmark.library()), is_thorough=True)

    allowed = shelfmark.allowed_drift()
    drifted = [one for one in found.failing if not reason_for(one, allowed)]
    assert [(str(one.stand.anchor), one.failing) for one in drifted] == []
    assert unneeded(found, allowed) == ()
