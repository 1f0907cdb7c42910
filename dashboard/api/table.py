"""Table: the server's own columns, with times as values that a browser can let tick.

Go: k8s.io/apimachinery/pkg/apis/meta/v1#Table. Times are milliseconds since the Unix epoch. The
JSON of each type is the shape that addresses with `?format=json` and frames promise.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import msgspec

from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion

Json: TypeAlias = dict[str, Any]


class TimeForm(StrEnum):
    """How a time is read out: `5m`, `5m ago`, or how long it has lasted."""

    AGE = "age"
    AGO = "ago"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Column:
    """One column definition; `priority` 0 is shown by default, more is kubectl's wide."""

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""

    def to_json(self) -> Json:
        """Return name, type and priority, then format and description where they say anything."""
        shape: Json = {"name": self.name, "type": self.type, "priority": self.priority}
        if self.format:
            shape["format"] = self.format
        if self.description:
            shape["description"] = self.description
        return shape


class TimeCell(msgspec.Struct, frozen=True, gc=False):
    """A time alone: Age. It lies at `t_ms` or up to `within_ms` before; 0 is within a minute."""

    t_ms: int
    form: TimeForm = TimeForm.AGE
    within_ms: int = 0

    def to_json(self) -> Json:
        """Return `{"t": …, "form": …}`, and `within_ms` where it is not 0."""
        shape: Json = {"t": self.t_ms, "form": self.form.value}
        return shape | {"within_ms": self.within_ms} if self.within_ms else shape


class MixedCell(msgspec.Struct, frozen=True, gc=False):
    """A value and a time in one cell: Restarts `3 (5m ago)` is v "3" with form ago.

    `within_ms` is as of TimeCell.
    """

    v: str
    t_ms: int
    form: TimeForm = TimeForm.AGO
    within_ms: int = 0

    def to_json(self) -> Json:
        """Return `{"v": …, "t": …, "form": …}`, and `within_ms` where it is not 0."""
        shape: Json = {"v": self.v, "t": self.t_ms, "form": self.form.value}
        return shape | {"within_ms": self.within_ms} if self.within_ms else shape


Cell: TypeAlias = str | int | float | bool | TimeCell | MixedCell | None


class Row(msgspec.Struct, frozen=True, gc=False):
    """One object as the server prints it; as many cells as its table has columns.

    Not seen by the garbage collector, for which 50,000 of them would be a walk of seconds: nothing
    in a row may lead back to it. `labels` are its labels as `key=value`, which is how they are asked for.
    """

    uid: Uid
    namespace: Namespace
    name: ObjectName
    resource_version: ResourceVersion
    cells: tuple[Cell, ...]
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> ObjectKey:
        """Where its object lives."""
        return ObjectKey(self.namespace, self.name)

    @property
    def is_vague(self) -> bool:
        """Whether a time in it is known to no better than hours, days or years."""
        return any(isinstance(cell, TimeCell | MixedCell) and cell.within_ms for cell in self.cells)

    def to_json(self) -> Json:
        """Return the row with every time cell as an object."""
        return {
            "uid": self.uid,
            "namespace": self.namespace,
            "name": self.name,
            "resource_version": self.resource_version,
            "cells": [
                cell.to_json() if isinstance(cell, TimeCell | MixedCell) else cell
                for cell in self.cells
            ],
        }


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. Columns belong to one stream: a CRD may change them (fact M18)."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...] = ()

    def to_json(self) -> Json:
        """Return `{"columns": [...], "rows": [...]}`, both in the server's order."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "rows": [row.to_json() for row in self.rows],
        }
