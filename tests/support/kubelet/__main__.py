"""Run one scripted kubelet until it is told to end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
from pathlib import Path

from tests.support.kubelet.apiserver import Apiserver
from tests.support.kubelet.keeper import Keeper
from tests.support.kubelet.logs import LogServer
from tests.support.kubelet.nodes import Fleet


async def run(options: argparse.Namespace) -> None:
    manifests = json.loads(options.nodes.read_bytes())
    async with Apiserver(options.kubeconfig, f"kubelet/{options.version}") as apiserver:
        fleet = Fleet(apiserver, manifests, options.port, options.version)
        keeper = Keeper(apiserver, fleet, options.seed)
        server = await LogServer(options.pki, keeper).start(options.port)
        try:
            await fleet.register()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(fleet.run())
                tasks.create_task(keeper.run())
        finally:
            await server.cleanup()


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.kubelet", description=__doc__)
    parser.add_argument("--kubeconfig", type=Path, required=True)
    parser.add_argument("--pki", type=Path, required=True, help="ca.crt, kubelet.crt, kubelet.key")
    parser.add_argument("--nodes", type=Path, required=True, help="JSON list of Node manifests")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--version", default="v1.36.3")
    work = asyncio.ensure_future(run(parser.parse_args()))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


if __name__ == "__main__":
    asyncio.run(main())
