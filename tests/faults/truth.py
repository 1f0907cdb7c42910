"""What the API server says of a collection, asked directly, in the shape of the log."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.faults.ground import KINDS, TABLE, Kube
from tests.faults.plan import Target
from tests.faults.workload import STAMP

AGO = re.compile(r" \([0-9a-z]+ ago\)$")


async def truth(kube: Kube, target: Target, version: int) -> dict[str, Any]:
    """Return the collection exactly as it was at `version`, or as it is for 0, as an entry's fields."""
    path = f"{KINDS[target.kind].path(target.namespace)}?includeObject=Metadata"
    if version:
        path += f"&resourceVersion={version}&resourceVersionMatch=Exact"
    table = await kube.ask("GET", path, accept=TABLE)
    columns = table.get("columnDefinitions") or []
    rows = []
    for row in table.get("rows") or ():
        meta = row["object"]["metadata"]
        cells = [_cell(cell, column) for cell, column in zip(row["cells"], columns, strict=True)]
        stamp = (meta.get("labels") or {}).get(STAMP, "")
        rows.append(
            [
                meta["namespace"],
                meta["name"],
                meta["uid"],
                meta["resourceVersion"],
                stamp,
                json.dumps(cells, ensure_ascii=False),
            ]
        )
    return {
        "target": str(target),
        "version": table["metadata"]["resourceVersion"],
        "rows": rows,
    }


def _cell(cell: Any, column: dict[str, Any]) -> Any:
    if column["name"] == "Age" or column["type"] == "date":
        return "~"
    if isinstance(cell, str):
        return AGO.sub(" ~", cell)
    if isinstance(cell, dict | list):
        return json.dumps(cell, separators=(",", ":"), ensure_ascii=False)
    return cell if cell is None else str(cell)
