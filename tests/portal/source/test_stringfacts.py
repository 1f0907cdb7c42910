"""What a string stands for is known by how Go that means it is written, and found by any part of its name."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.source.codepart import CODE
from portal.source.codequery import read as query
from portal.source.compaction import compact
from portal.source.declared import read
from portal.source.factgrep import fact_batch
from portal.source.grep import Batch
from portal.source.index import Index
from portal.source.stringfacts import CONDITION, CONSTANT, EVENT, FLAG, METRIC, MOST, string_facts
from portal.source.stringindex import Stated, stated
from portal.source.view import Collection
from tests.support.imported import SMALL, take_files

FLAGS = """package sea

import "github.com/spf13/pflag"

const FlagDepth = "depth"

func (o *Options) AddFlags(fs *pflag.FlagSet) {
	fs.StringVar(&o.Port, "port-name", o.Port, "Where to, or \\"away\\", as it is.")
	fs.Var(cliflag.NewMapStringBool(&o.Gates), "sea-gates", ""+
		"more")
	fs.IntVarP(
		&o.Depth, FlagDepth, "d", 3, "How deep.")
	fs.String("hull", "", "")
	o.Say("nothing", "of it", 1)
}
"""
METRICS = """package sea

import (
	"k8s.io/component-base/metrics"
	"e.org/sea/port"
)

const subsystem, waves = "sea", "other"
const harbour = "harbour"

var (
	depth = metrics.NewGauge(&metrics.GaugeOpts{
		Subsystem: harbour,
		Name:      "depth_metres",
		Help:      "Name: \\"not\\",",
	})
	tides = metrics.NewCounterVec(&metrics.CounterOpts{Name: "tides_total"}, []string{"Name"})
	swell = metrics.NewDesc("swell_metres", "How high.", nil, nil, metrics.ALPHA, "")
	far   = metrics.NewGauge(&metrics.GaugeOpts{Subsystem: other.Name, Name: "far"})
	crews = metrics.NewGauge(&metrics.GaugeOpts{Namespace: port.Moored, Subsystem: harbour, Name: "crews"})
	shoal = metrics.NewDesc(
		metrics.BuildFQName("", sailed, "shoal_metres"),
		"How shallow.", nil, nil, metrics.ALPHA, "")
	fog   = metrics.NewDesc(metrics.BuildFQName(f(), subsystem, "fog"), "", nil, nil, metrics.ALPHA, "")
)
"""
EVENTS = """package sea

import (
	v1 "k8s.io/api/core/v1"
	"e.org/sea/port"
)

const sailed = "Sailed"

func (c *Ship) Sail(ctx context.Context) {
	c.recorder.Event(c.ship, v1.EventTypeNormal, sailed, "away")
	c.recorder.Eventf(c.ship, nil, v1.EventTypeWarning, "Wrecked", "Sinking", "with %d (of, all)", f(1, 2))
	c.recorder.AnnotatedEventf(c.ship, map[string]string{"a": "b"}, "Normal", port.Moored, "at %s", "x")
	// c.recorder.Event(c.ship, v1.EventTypeNormal, "Commented", "")
	c.diary.Event("Written", 1)
}
"""
CONDITIONS = """package port

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

type PortConditionType string

const (
	// Open says that ships may come.
	Open PortConditionType = "Open"
	Moored = "Moored"
	Other string = "Other"
)

func open(status bool) metav1.Condition {
	return metav1.Condition{
		Type: "Lit", Status: metav1.ConditionTrue,
	}
}
"""


def told(text: str) -> list[tuple[object, ...]]:
    """Return what a text says, constants aside."""
    facts = string_facts(text, read(text.encode()))
    return [tuple(fact) for fact in facts if fact.kind != CONSTANT]


def test_flags_are_what_calls_of_a_flag_set_name() -> None:
    assert told(FLAGS) == [
        (FLAG, "port-name", "", "", 8, "Options.AddFlags"),
        (FLAG, "sea-gates", "", "", 9, "Options.AddFlags"),
        (FLAG, "depth", "", "#FlagDepth", 12, "Options.AddFlags"),
        (FLAG, "hull", "", "", 13, "Options.AddFlags"),
    ]


def test_metrics_are_what_options_and_descriptions_name_with_what_stands_before_it() -> None:
    assert told(METRICS) == [
        (METRIC, "depth_metres", "harbour_depth_metres", "", 14, "depth"),
        (METRIC, "tides_total", "tides_total", "", 17, "tides"),
        (METRIC, "swell_metres", "swell_metres", "", 18, "swell"),
        (METRIC, "far", "", "", 19, "far"),
        (METRIC, "crews", "e.org/sea/port#Moored harbour crews", "", 20, "crews"),
        (METRIC, "shoal_metres", "#sailed shoal_metres", "", 22, "shoal"),
        (METRIC, "fog", "", "", 24, "fog"),
    ]


def test_reasons_of_events_are_what_follows_their_type() -> None:
    assert told(EVENTS) == [
        (EVENT, "Sailed", "", "#sailed", 11, "Ship.Sail"),
        (EVENT, "Wrecked", "", "", 12, "Ship.Sail"),
        (EVENT, "", "", "e.org/sea/port#Moored", 13, "Ship.Sail"),
    ]


def test_conditions_are_constants_of_such_a_type_and_literals() -> None:
    assert told(CONDITIONS) == [
        (CONDITION, "Open", "", "", 9, "Open"),
        (CONDITION, "Lit", "", "", 16, "open"),
    ]


def test_what_only_tests_say_is_left_out() -> None:
    text = EVENTS.replace("import (", 'import (\n\t"testing"')

    assert string_facts(text, read(text.encode())) == ()


def test_of_a_file_that_is_one_call_after_another_no_more_than_enough_are_read() -> None:
    call = '\tfs.String("hull", "", "")\n'
    text = FLAGS.replace(call, call * (MOST + 5))

    assert len(told(text)) == MOST


@pytest.fixture
def small(tmp_path: Path) -> Collection:
    """A module that says something of each kind."""
    collection = Collection(tmp_path)
    root = "example.org/m"
    files = {
        "sea/flags.go": FLAGS,
        "sea/metrics.go": METRICS.replace("e.org/sea", root),
        "sea/ship.go": EVENTS.replace("e.org/sea", root),
        "port/port.go": CONDITIONS,
        "port/port_test.go": CONDITIONS.replace('"Lit"', '"LitInTest"'),
    }
    take_files(collection, files).close()
    return collection


def ask(collection: Collection, kind: str, part: str) -> list[Stated] | None:
    view = Collection(collection.root).view(SMALL)
    assert view is not None
    return stated(Index(view), kind, part)


def holds(collection: Collection) -> None:
    """Hold a collection against what `small` says."""
    assert ask(collection, FLAG, "de") == [
        Stated("depth", "sea/flags.go", 5, "FlagDepth"),
        Stated("depth", "sea/flags.go", 12, "Options.AddFlags"),
    ]
    assert ask(collection, METRIC, "harbour_d") == ask(collection, METRIC, "depth")
    assert ask(collection, METRIC, "depth") == [
        Stated("harbour_depth_metres", "sea/metrics.go", 14, "depth")
    ]
    assert ask(collection, METRIC, "Moored_h") == [
        Stated("Moored_harbour_crews", "sea/metrics.go", 20, "crews")
    ]
    assert ask(collection, METRIC, "shoal") == [
        Stated("Sailed_shoal_metres", "sea/metrics.go", 22, "shoal")
    ]
    assert ask(collection, EVENT, "Moo") == [
        Stated("Moored", "port/port.go", 10, "Moored"),
        Stated("Moored", "sea/ship.go", 13, "Ship.Sail"),
    ]
    assert ask(collection, CONDITION, "Lit") == [Stated("Lit", "port/port.go", 16, "open")]
    assert ask(collection, CONDITION, "moored") == []
    assert len(ask(collection, EVENT, "") or ()) == 5


def test_each_is_found_where_it_is_declared_and_where_it_is_used(
    small: Collection,
) -> None:
    holds(small)


def test_what_is_rewritten_knows_them_even_if_what_was_there_did_not(small: Collection) -> None:
    with closing(sqlite3.connect(small.root / f"small{CODE}")) as db, db:
        db.execute("DROP TABLE string")
        db.execute("PRAGMA user_version = 2")
    with closing(sqlite3.connect(small.root / "small.text")) as db, db:
        db.execute("INSERT INTO blob SELECT 99, x'00', 0, data, NULL FROM blob WHERE id = 1")
    assert ask(small, FLAG, "de") is None

    assert compact(small).segments == 1

    holds(small)


def asked(collection: Collection, question: str, start: int = 0, most: int = 50) -> Batch | None:
    view = Collection(collection.root).view(SMALL)
    assert view is not None
    return fact_batch(Index(view), query(question), start, most)


def places(batch: Batch | None) -> list[tuple[str, int, str]]:
    """Return path, line and what is marked of it."""
    assert batch is not None
    return [
        (hit.path, line.number, line.text[slice(*line.spans[0])])
        for hit in batch.hits
        for line in hit.lines
    ]


def test_a_question_for_a_kind_is_told_the_lines_that_state_it(small: Collection) -> None:
    assert places(asked(small, "kind:metric depth")) == [("sea/metrics.go", 14, '"depth_metres"')]
    assert places(asked(small, "kind:metric shoal")) == [("sea/metrics.go", 22, '"shoal_metres"')]
    assert places(asked(small, "kind:flag ept")) == [
        ("sea/flags.go", 5, '"depth"'),
        ("sea/flags.go", 12, '&o.Depth, FlagDepth, "d", 3, "How deep.")'),
    ]
    assert places(asked(small, "kind:event path:port Moo")) == [("port/port.go", 10, '"Moored"')]
    assert places(asked(small, "kind:condition moored")) == []
    assert asked(small, "kind:gate x") is None, "tables of gates are read by themselves"
    assert asked(small, "depth") is None


def test_it_is_told_in_batches_none_of_which_is_missing(small: Collection) -> None:
    whole = asked(small, "kind:event")
    assert whole is not None
    parts: list[tuple[str, int, str]] = []
    at: int | None = 0
    while at is not None:
        batch = asked(small, "kind:event", at, 2)
        parts += places(batch)
        assert batch is not None
        at = batch.next

    assert parts == places(whole)
    assert len(parts) == 5
