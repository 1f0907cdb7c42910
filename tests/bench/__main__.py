"""`make bench`: the performance goals as ratios in one run.

A real API server of its own, pods of its own, every peer in a process of its own; what must not be
limited by an API server is played back to the peers from a recording. Prints a table and writes it,
with every figure, to bench.json in the data folder. What is missed is printed as missed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.bench import endurance, goals, library
from tests.bench.contest import Figures, contest
from tests.bench.contestant import Contestant, Kubectl, Peer
from tests.bench.crowd import Crowd
from tests.bench.goals import OURS, ROWS_ALONE, Result
from tests.bench.stage import Playback
from tests.cluster import binaries, toolchain
from tests.cluster.controlplane import Request
from tests.cluster.instance import ROOT, Instance, base
from tests.cluster.lease import leased

HERE = Path(__file__).parent
PLAYED = 10_000
"""Pods that are played back to those who follow their changes."""

BURST = 20_000
"""Changes that are played back at once."""

PARTS = ("sync", "ingest", "pauses", "growth", "source")
SECOND = 10_000
"""Changes that are played back within a second."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--pods", type=int, default=int(os.environ.get("PODS", "10000")))
    parser.add_argument("--events", type=int, default=3000, help="changes through the API server")
    parser.add_argument("--rounds", type=int, default=5, help="how often each peer takes its turn")
    parser.add_argument("--seconds", type=int, default=60, help="how long pauses are looked for")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument(
        "--peer",
        action="append",
        metavar="NAME",
        help="who takes part besides; all of them if left out",
    )
    options = parser.parse_args()
    tools = binaries.obtain(binaries.DEFAULT_VERSION)
    figures: dict[str, list[Figures]] = {}
    results: list[Result] = []
    try:
        if options.only != ["source"]:
            with leased(f"bench-{os.getpid()}", Request(pods=0)) as instance:
                asyncio.run(_measure(options, instance, tools["kubectl"], figures, results))
        if not options.only or "source" in options.only:
            results += library.measure(say)
    finally:  # what was measured before something failed is worth half an hour
        for result in results:
            say(result.line())
        _write(options, figures, results)


async def _measure(
    options: argparse.Namespace,
    instance: Instance,
    kubectl: Path,
    figures: dict[str, list[Figures]],
    results: list[Result],
) -> None:
    """Measure, and put into `figures` and `results` what was."""
    token = json.loads(instance.kubeconfig.read_bytes())["users"][0]["user"]["token"]
    ca = str(instance.pki / "ca.crt")
    etcd = f"http://127.0.0.1:{instance.state()['ports']['etcd']}"
    wanted = options.only or [*PARTS]
    async with Crowd(instance.server, ca, token, options.pods, etcd=etcd) as crowd:
        begun = time.perf_counter()
        recording = await crowd.settle()
        say(f"{options.pods} pods made in {time.perf_counter() - begun:.0f} s")
        if "sync" in wanted:
            figures["sync"] = await contest(
                _peers(options.peer, instance.kubeconfig, _Kubectl(kubectl, instance)),
                crowd,
                instance.process("apiserver").pid,
                pods=options.pods,
                events=options.events,
                rounds=options.rounds,
                say=say,
            )
            results += goals.of_sync(figures["sync"], recording.pod_bytes, options.pods)
    if "ingest" in wanted:
        async with Playback(recording, instance, PLAYED, BURST) as playback:
            figures["ingest"] = await contest(
                _peers(options.peer, playback.kubeconfig),
                playback,
                playback.pid,
                pods=PLAYED,
                events=BURST,
                rounds=options.rounds,
                say=say,
            )
        results += goals.of_ingest(figures["ingest"])
        word = f"pace {SECOND} 1"
        async with Playback(recording, instance, PLAYED, SECOND, word=word) as playback:
            figures["burst"] = await contest(
                _peers(["raw"], playback.kubeconfig),
                playback,
                playback.pid,
                pods=PLAYED,
                events=SECOND,
                rounds=options.rounds,
                say=say,
            )
        results += goals.of_burst(figures["burst"])
    if "pauses" in wanted:
        results += await endurance.pauses(recording, instance, options.pods, options.seconds, say)
    if "growth" in wanted:
        results += await endurance.growth(recording, instance, options.rounds, say)


class _Kubectl:
    """Makes kubectl's turns."""

    def __init__(self, tool: Path, instance: Instance) -> None:
        self._tool = tool
        self._instance = instance

    def __call__(self) -> Contestant:
        return Kubectl(self._tool, self._instance.kubeconfig, self._instance.scratch)


def _peers(
    asked: list[str] | None, config: Path, kubectl: Callable[[], Contestant] | None = None
) -> list[Callable[[], Contestant]]:
    """Return who makes each contestant: ourselves, and of the others those that were `asked` for."""
    python, path = str(_environment()), str(config)
    informer = str(_informer())
    ours = (sys.executable, "-m", "tests.bench.peers.portolan", path)
    commands: dict[str, tuple[str, ...]] = {
        "raw": (sys.executable, "-m", "tests.bench.peers.raw", path),
        "client-go": (informer, path),
        "client-go json": (informer, path, "json"),
        "lightkube": (python, "-m", "tests.bench.peers.lightkube_peer", path),
        "official": (python, "-m", "tests.bench.peers.official", path),
    }
    makers: dict[str, Callable[[], Contestant]] = {
        name: partial(Peer, name, command) for name, command in commands.items()
    }
    if kubectl is not None:
        makers["kubectl"] = kubectl
        makers[ROWS_ALONE] = partial(Peer, ROWS_ALONE, (*ours, "rows"))
    if unknown := set(asked or ()) - {*makers, "kubectl", ROWS_ALONE}:
        raise SystemExit(f"no peer is called {', '.join(sorted(unknown))}")
    chosen = [make for name, make in makers.items() if asked is None or name in asked]
    return [partial(Peer, OURS, ours), *chosen]


def _environment() -> Path:
    """Return the Python of an environment with the peers in it, made once for each list of them."""
    wanted = ROOT / "requirements" / "bench.txt"
    folder = base().parent / "bench" / "venv"
    stamp = folder / "installed.txt"
    python = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_bytes() != wanted.read_bytes():
        say("installing the Python peers, once")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes"]
        subprocess.run([*install, "-r", str(wanted)], check=True)
        stamp.write_bytes(wanted.read_bytes())
    return python


def _informer() -> Path:
    """Return the client-go peer, built; Go's own cache makes it quick the second time."""
    module = HERE / "informer"
    go = toolchain.find(toolchain.required_by((module / "go.mod").read_text(encoding="utf-8")))
    built = base().parent / "bench" / "informer"
    built.parent.mkdir(parents=True, exist_ok=True)
    say("building the client-go peer")
    command = [go, "build", "-trimpath", "-o", str(built), "."]
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    subprocess.run(command, cwd=module, check=True, env=environment)
    return built


def _write(
    options: argparse.Namespace, figures: dict[str, list[Figures]], results: list[Result]
) -> None:
    place = base().parent / "bench.json"
    found = {
        "server": binaries.DEFAULT_VERSION,
        "pods": options.pods,
        "events": options.events,
        "rounds": options.rounds,
        "cpus": os.cpu_count(),
        "ratios": [result.as_json() for result in results],
        "medians": {name: [each.as_json() for each in held] for name, held in figures.items()},
    }
    place.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    say(f"\n{place}")


def say(line: str) -> None:
    """Print at once."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
