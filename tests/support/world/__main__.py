"""Load a world into a cluster, say so in a file, and keep it alive until told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import time
from pathlib import Path

from tests.support.kubelet.apiserver import Apiserver
from tests.support.world.life import live
from tests.support.world.loader import Loader
from tests.support.world.plan import World
from tests.support.world.readiness import settle


async def run(options: argparse.Namespace) -> None:
    world = World(options.seed, options.pods)
    begun = time.monotonic()
    async with Apiserver(options.kubeconfig, "world/1") as apiserver:
        await Loader(apiserver, world).load()
        loaded = time.monotonic() - begun
        await settle(apiserver, world, options.hollow, options.limit)
        report = {"loaded_s": round(loaded, 1), "settled_s": round(time.monotonic() - begun, 1)}
        options.report.write_text(json.dumps(report), encoding="utf-8")
        await live(apiserver, options.seed)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.world", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument(
        "--report", type=Path, required=True, help="written once the world is usable"
    )
    parser.add_argument("--seed", type=int, default=World.seed)
    parser.add_argument("--pods", type=int, default=World.pods)
    parser.add_argument(
        "--hollow", action="append", default=[], help="a node beside the scripted ones"
    )
    parser.add_argument("--limit", type=float, default=90.0, help="seconds to wait for the world")
    work = asyncio.ensure_future(run(parser.parse_args()))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    asyncio.run(main())
