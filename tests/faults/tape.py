"""`python -m tests.faults.tape --write`: records what the reflector does at each fault, for chapters.

A tape is a file of content/tapes: its words are written by people and stay, all else is recorded.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from tests.cluster.binaries import DEFAULT_VERSION
from tests.cluster.controlplane import Request
from tests.cluster.fixtures import OLD_VERSION
from tests.cluster.instance import ROOT, Instance
from tests.cluster.lease import leased
from tests.faults.ground import Ground, prepared
from tests.faults.script import OLD, SCRIPTS
from tests.faults.take import KIND, taking

TAPES = ROOT / "content" / "tapes"

Recording = dict[str, Any]


async def record(name: str, ground: Ground) -> Recording:
    """Return what the script `name` makes the reflector do: `struck` and `steps`."""
    async with taking(name, ground) as take:
        await SCRIPTS[name](take)
        return {"struck": take.struck, "steps": take.steps()}


async def record_all(
    instance: Instance, folder: Path, names: Sequence[str], *, at_once: int
) -> dict[str, Recording]:
    """Return the recordings of `names`, made `at_once` side by side."""
    gate = asyncio.Semaphore(at_once)

    async def one(name: str, ground: Ground) -> Recording:
        async with gate:
            return await record(name, ground)

    async with prepared(instance, folder) as ground:
        found = await asyncio.gather(*(one(name, ground) for name in names))
    return dict(zip(names, found, strict=True))


def write(name: str, version: str, recording: Recording) -> None:
    """Put a recording into its tape; what people wrote there stays."""
    path = TAPES / f"{name}.json"
    words = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    tape = {
        "title": words.get("title", {}),
        "cause": words.get("cause", {}),
        "server": version,
        "kind": f"{KIND}.v1",
        **recording,
    }
    path.write_text(_json(tape), encoding="utf-8")


def _json(tape: dict[str, Any]) -> str:
    """Return a tape with one step a line."""
    steps = ",\n".join(f"    {json.dumps(step, ensure_ascii=False)}" for step in tape["steps"])
    head = json.dumps({**tape, "steps": []}, ensure_ascii=False, indent=2)
    return head.replace('"steps": []', f'"steps": [\n{steps}\n  ]') + "\n"


def main() -> int:
    """Record what is named and print it, or write it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.tape", description=__doc__)
    parser.add_argument("names", nargs="*", help="which tapes; all by default")
    parser.add_argument("--write", action="store_true", help="into content/tapes")
    options = parser.parse_args()
    names = options.names or list(SCRIPTS)
    for version, chosen in (
        (DEFAULT_VERSION, [name for name in names if name not in OLD]),
        (OLD_VERSION, [name for name in names if name in OLD]),
    ):
        for name, recording in _recorded(version, chosen).items():
            print(f"{name}: " + " ".join(step["step"] for step in recording["steps"]))
            if options.write:
                write(name, version, recording)
    return 0


def _recorded(version: str, names: Sequence[str]) -> dict[str, Recording]:
    if not names:
        return {}
    request = Request(version=version, pods=0)
    with (
        leased(f"tapes-{os.getpid()}", request) as instance,
        tempfile.TemporaryDirectory() as folder,
    ):
        return uvloop.run(record_all(instance, Path(folder), names, at_once=1))


if __name__ == "__main__":
    sys.exit(main())
