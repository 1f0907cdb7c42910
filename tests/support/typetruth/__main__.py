"""`python -m tests.support.typetruth [IMPORTPATH.Type …]` writes foreign.toml anew, with those types too."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from portal.source import foreign
from tests.support.source import listed
from tests.support.typetruth import VERSIONS, asked, obtain

PLACE = Path(foreign.__file__).with_name("foreign.toml")
DECLARED = {"error": {"": "interface", "Error": "()(string)"}}
"""What no package declares."""


def main(names: list[str]) -> None:
    """Write the table."""
    head = PLACE.read_text(encoding="utf-8").partition("\n[")[0]
    wanted = sorted({*asked(), *names})
    said: dict[str, dict[str, str]] = dict(DECLARED)
    for version in reversed(VERSIONS):
        said |= obtain(listed().get("kubernetes", version), wanted).methods
    PLACE.write_text("\n".join((head, *lines(said), "")), encoding="utf-8")


def lines(said: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Yield the table: aliases, interfaces, other types."""
    yield "[alias]"
    for name, rows in sorted(said.items()):
        if "=" in rows:
            yield f"{key(name)} = {json.dumps(rows['='])}"
    for kind in ("interface", "type"):
        for name, rows in sorted(said.items()):
            if "=" not in rows and ("" in rows) == (kind == "interface"):
                yield f"\n[{kind}.{key(name)}]"
                yield from (f"{key(k)} = {json.dumps(v)}" for k, v in sorted(rows.items()) if k)


def key(name: str) -> str:
    """Return a key of TOML, quoted where it must be."""
    return name if re.fullmatch(r"\w+", name, re.ASCII) else json.dumps(name)


if __name__ == "__main__":
    main(sys.argv[1:])
