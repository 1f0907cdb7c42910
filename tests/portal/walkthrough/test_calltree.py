"""The calls of a function: a page of one level, and the same as data for the tree."""

import pytest
from django.test import AsyncClient

from portal.walkthrough.stock import Where
from tests.portal.walkthrough.test_pages import get
from tests.support import editions

SEA = "symbol/example.org/sea"
FILES = {
    "go.mod": "module example.org/sea\n",
    "a.go": "package sea\n\ntype Buoy struct{}\n\nfunc Sail(b any) {\n\tone()\n\tone()\n\tb.Ring()\n}\n\n"
    "func Race() {\n\tSail(nil)\n}\n\nfunc one() {}\n\nfunc (b *Buoy) Ring() {}\n",
}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """A version, imported."""
    return editions.written(tmp_path_factory.mktemp("sea"), {"v1.0.0": FILES})


@pytest.mark.parametrize("language", ["", "zh-hans/"])
async def test_the_page_of_calls_is_whole_and_leads_on(visitor: AsyncClient, language: str) -> None:
    page = await get(visitor, f"{language}{SEA}/Sail?show=calls")

    assert page.headings[-3:] == [1, 2, 2]
    assert page.inline == []
    assert len(page.ids) == len(set(page.ids))
    assert f"/{language}{SEA}/Race?show=calls" in page.links
    assert f"/{language}{SEA}/one?show=calls" in page.links
    assert page.html.count('class="tag doubt"') == 1


async def test_each_way_is_data_with_how_sure_it_is(visitor: AsyncClient) -> None:
    callers = (await visitor.get(f"/{SEA}/Sail?show=calls&way=callers")).json()
    callees = (await visitor.get(f"/{SEA}/Sail?show=calls&way=callees")).json()

    assert [(one["name"], one["certainty"]) for one in callers["lines"]] == [("Race", "exact")]
    assert callers["is_whole"] is True
    assert [(one["name"], one["calls"], one["certainty"]) for one in callees["lines"]] == [
        ("one", 2, "exact"),
        ("Buoy.Ring", 1, "likely"),
    ]
    assert callees["lines"][0]["where_href"] == "/source/sea@v1.0.0/a.go#L6"


async def test_the_page_of_a_function_offers_its_calls_and_that_of_a_type_does_not(
    visitor: AsyncClient,
) -> None:
    assert 'data-calls="?show=calls"' in (await get(visitor, f"{SEA}/Sail")).html
    assert "data-calls" not in (await get(visitor, f"{SEA}/Buoy")).html
