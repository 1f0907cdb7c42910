"""Conditions are judged by what their type says."""

import pytest

from dashboard.api.meta import Condition, instant
from dashboard.insight.condition import conditions, judged
from dashboard.insight.health import Health


@pytest.mark.parametrize(
    ("type_", "status", "mark"),
    [
        ("Ready", "True", Health.OK),
        ("Ready", "False", Health.WARNING),
        ("Ready", "Unknown", Health.UNKNOWN),
        ("Ready", "", Health.UNKNOWN),
        ("MemoryPressure", "False", Health.OK),
        ("MemoryPressure", "True", Health.WARNING),
        ("NetworkUnavailable", "True", Health.WARNING),
        ("ReplicaFailure", "True", Health.WARNING),
        ("Failed", "True", Health.WARNING),
        ("Suspended", "True", Health.STILL),
        ("DisruptionTarget", "True", Health.STILL),
    ],
)
def test_a_condition_is_bad_when_its_type_says_so(type_: str, status: str, mark: Health) -> None:
    assert judged(Condition(type_, status)) is mark


def test_conditions_are_read_in_the_order_of_the_status() -> None:
    found = list(
        conditions(
            {
                "conditions": [
                    {"type": "B", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"},
                    {"status": "True"},
                    "none",
                    {"type": "A", "reason": None, "observedGeneration": 3},
                ]
            }
        )
    )

    assert [condition.type for condition in found] == ["B", "A"]
    assert found[0].last_transition_ms == 1767225600000
    assert found[1] == Condition("A", "Unknown", observed_generation=3)


@pytest.mark.parametrize("status", [{}, {"conditions": None}, {"conditions": {"a": 1}}])
def test_a_status_without_conditions_has_none(status: dict[str, object]) -> None:
    assert list(conditions(status)) == []


@pytest.mark.parametrize("text", [None, 7, "", "yesterday", "2026-01-01T00:00:00"])
def test_what_is_no_time_is_none(text: object) -> None:
    assert instant(text) is None
