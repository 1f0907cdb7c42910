"""Facts that code declares: what a gate is at which version, and which symbol a `kind:` leads to."""

import pytest
from django.test import AsyncClient

from portal.walkthrough.codesearch import CodeLine, code_batch
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where
from portal.walkthrough.subject import Subject
from portal.walkthrough.symbolfacts import symbol_facts
from tests.portal.walkthrough.test_pages import get
from tests.support import editions

FEATURES = "example.org/sea/features"
LINKS = Links("/symbol/", "/source/", "/learn/")


KINDS = """package sea

import (
	"github.com/spf13/pflag"
	"k8s.io/client-go/tools/record"
	"k8s.io/component-base/metrics"
)

func AddFlags(fs *pflag.FlagSet) {
	fs.StringVar(&table, "tide-table", "", "where it is")
}

var waves = metrics.NewCounter(&metrics.CounterOpts{
	Name: "waves_total",
})

const FailedSailing = "FailedSailing"

const PodAfloat PodConditionType = "PodAfloat"

func sail(recorder record.EventRecorder) {
	recorder.Event(ship, "Warning", FailedSailing, "no wind")
}
"""


def sea_of(table: str) -> dict[str, str]:
    """Return the files of a version whose gates are in `table`."""
    return {
        "go.mod": "module example.org/sea\n",
        "features/kube_features.go": "package features\n\nconst (\n"
        '\tTide featuregate.Feature = "Tide"\n\tPlain = "Plain"\n)\n\n'
        f"var specs = {table}\n",
        "kinds.go": KINDS,
    }


OLD = sea_of("map[featuregate.Feature]featuregate.FeatureSpec{\n\tTide: {PreRelease: Alpha},\n}")
NEW = sea_of(
    "map[featuregate.Feature]featuregate.VersionedSpecs{\n\tTide: {\n"
    '\t\t{Version: version.MustParse("1.0"), Default: false, PreRelease: Alpha},\n'
    '\t\t{Version: version.MustParse("1.2"), Default: true, LockToDefault: true, PreRelease: GA},\n\t},\n}'
)
NONE = {**sea_of("0"), "features/kube_features.go": "package features\n"}


@pytest.fixture(scope="module")
def sea(tmp_path_factory: pytest.TempPathFactory) -> Where:
    """Three versions, imported."""
    versions = {"v0.9.0": NONE, "v1.1.0": OLD, "v1.2.0": NEW}
    return editions.written(tmp_path_factory.mktemp("sea"), versions)


def found(sea: Where, question: str) -> list[CodeLine]:
    batch = code_batch(sea, "sea@v1.2.0", question, 0, 50, LINKS)
    return [line for file in batch.files for line in file.lines]


def test_a_gate_has_its_stages_and_its_past(sea: Where) -> None:
    facts = symbol_facts(Subject(sea, "sea@v1.2.0", FEATURES, "Tide"), LINKS)

    assert facts is not None
    assert facts.gate is not None
    (table,) = facts.gate.tables
    assert [(one.since, one.stage, one.is_on, one.is_now) for one in table.stages] == [
        ("1.0", "Alpha", False, False),
        ("1.2", "GA", True, True),
    ]
    assert table.stages[1].href == "/source/sea@v1.2.0/features/kube_features.go#L11"
    past = [(one.version, one.stage, one.is_on, one.is_locked) for one in facts.gate.past]
    assert past == [
        ("v0.9.0", "", False, False),
        ("v1.1.0", "Alpha", False, False),
        ("v1.2.0", "GA", True, True),
    ]


def test_another_constant_is_no_gate(sea: Where) -> None:
    facts = symbol_facts(Subject(sea, "sea@v1.2.0", FEATURES, "Plain"), LINKS)

    assert facts is not None
    assert facts.gate is None


@pytest.mark.parametrize(
    ("question", "symbol"),
    [
        ("kind:gate Tide", "Tide"),
        ("kind:flag tide-table", "AddFlags"),
        ("kind:metric waves_total", "waves"),
        ("kind:event FailedSailing", "FailedSailing"),
        ("kind:condition PodAfloat", "PodAfloat"),
    ],
)
def test_what_a_kind_finds_leads_to_what_declares_it(
    sea: Where, question: str, symbol: str
) -> None:
    line = found(sea, question)[0]

    assert line.symbol == symbol
    assert line.symbol_href.endswith(f"/{symbol}")


def test_a_gate_that_is_found_says_what_it_is(sea: Where) -> None:
    assert [line.note for line in found(sea, "kind:gate Tide")] == [
        "GA, Default: true, LockToDefault"
    ]
    batch = code_batch(sea, "sea@v1.2.0", "kind:gate Tide", 0, 50, LINKS)
    assert '<span class="tag">GA, Default: true, LockToDefault</span>' in batch.files[0].rows


def test_a_question_without_a_kind_leads_to_its_line_alone(sea: Where) -> None:
    assert [line.symbol for line in found(sea, "waves_total")] == [""]


@pytest.mark.parametrize("language", ["", "zh-hans/"])
async def test_the_page_of_a_gate_is_whole(visitor: AsyncClient, language: str) -> None:
    page = await get(visitor, f"{language}symbol/{FEATURES}/Tide")

    assert page.headings.count(1) == 1
    assert len(page.ids) == len(set(page.ids))
    assert "Alpha" in page.html
    assert "features/kube_features.go#L11" in page.html


async def test_the_one_box_leads_to_the_symbol(visitor: AsyncClient) -> None:
    answer = await visitor.get("/search?q=kind:gate+Tide&format=json")

    (code,) = [group for group in answer.json()["groups"] if group["name"] == "code"]
    assert code["hits"][0]["label"] == "Tide"
    assert code["hits"][0]["url"].startswith(f"/symbol/{FEATURES}/Tide")
