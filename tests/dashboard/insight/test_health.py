"""The mark beside a status is the one that LOOK.md gives to kubectl's word."""

import pytest

from dashboard.api.names import Namespace, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Cell, Column, Row
from dashboard.insight.health import Health, health, of_word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Running", Health.OK),
        ("CrashLoopBackOff", Health.FAILING),
        ("Init:0/1", Health.MOVING),
        ("Init:CrashLoopBackOff", Health.FAILING),
        ("Init:ErrImagePull", Health.FAILING),
        ("ExitCode:3", Health.FAILING),
        ("Completed", Health.DONE),
        ("Terminating", Health.GOING),
        ("Unknown", Health.UNKNOWN),
        ("Ready,SchedulingDisabled", Health.WARNING),
        ("NotReady,SchedulingDisabled", Health.FAILING),
        ("SomethingNew", None),
        (None, None),
    ],
)
def test_a_word_has_its_mark(word: Cell, expected: Health | None) -> None:
    assert of_word(word) is expected


def pod(ready: str, status: str) -> Row:
    return Row(
        Uid("u"), Namespace("n"), ObjectName("p"), ResourceVersion("1"), ("p", ready, status)
    )


POD = (Column("Name"), Column("Ready"), Column("Status"))


def test_running_and_not_ready_is_a_warning() -> None:
    assert health(pod("0/1", "Running"), POD) is Health.WARNING
    assert health(pod("1/1", "Running"), POD) is Health.OK


def test_a_deployment_is_judged_by_what_is_ready() -> None:
    columns = (Column("Name"), Column("Ready"))

    assert health(pod("2/3", ""), columns) is Health.WARNING
    assert health(pod("3/3", ""), columns) is Health.OK


def test_a_kind_that_says_nothing_has_no_mark() -> None:
    assert health(pod("", ""), (Column("Name"), Column("Data"), Column("Age"))) is None
