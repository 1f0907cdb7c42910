"""Tables have the JSON that addresses and frames promise."""

import json

from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion
from dashboard.api.table import Column, MixedCell, Row, Table, TimeCell, TimeForm

ROW = Row(
    Uid("u-1"),
    Namespace("a"),
    ObjectName("b"),
    ResourceVersion("1230"),
    ("b", "1/1", MixedCell("3", 5), TimeCell(1767225600000), 7, 0.5, True, None),
)


def test_a_table_is_the_json_of_the_address_contract() -> None:
    table = Table((Column("Name", "string", "name"), Column("IP", priority=1)), (ROW,))

    assert json.loads(json.dumps(table.to_json())) == {
        "columns": [
            {"name": "Name", "type": "string", "priority": 0, "format": "name"},
            {"name": "IP", "type": "string", "priority": 1},
        ],
        "rows": [
            {
                "uid": "u-1",
                "namespace": "a",
                "name": "b",
                "resource_version": "1230",
                "cells": [
                    "b",
                    "1/1",
                    {"v": "3", "t": 5, "form": "ago"},
                    {"t": 1767225600000, "form": "age"},
                    7,
                    0.5,
                    True,
                    None,
                ],
            }
        ],
    }


def test_a_column_says_what_it_means_where_the_server_did() -> None:
    assert Column("Age", description="since when").to_json()["description"] == "since when"


def test_a_running_job_has_a_duration_that_ticks() -> None:
    assert TimeCell(9, TimeForm.DURATION).to_json() == {"t": 9, "form": "duration"}


def test_the_key_of_a_row_is_where_its_object_lives() -> None:
    assert ROW.key == ObjectKey(Namespace("a"), ObjectName("b"))
