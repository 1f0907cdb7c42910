"""`make bench`: the goals that can be measured today, as ratios in one run.

A real API server of its own, pods of its own, every peer in a process of its own. Prints a table and
writes it, with every figure, to bench.json in the data folder. What is missed is printed as missed.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.contest import Figures, contest
from tests.bench.contestant import Contestant, Kubectl, Peer
from tests.bench.crowd import Crowd
from tests.cluster import binaries, toolchain
from tests.cluster.controlplane import Request
from tests.cluster.instance import ROOT, Instance, base
from tests.cluster.lease import leased

HERE = Path(__file__).parent
OURS = "portolan"


@dataclass(frozen=True, slots=True)
class Goal:
    """One ratio of performance goals G1 and G2; below or above `bound` is good."""

    name: str
    peer: str
    figure: Callable[[Figures], float]
    bound: float
    is_upper: bool

    def ratio(self, ours: Figures, theirs: Figures) -> float:
        """Return ours over theirs."""
        return self.figure(ours) / self.figure(theirs)

    def is_met(self, ratio: float) -> bool:
        """Return whether a ratio is good enough."""
        return ratio <= self.bound if self.is_upper else ratio >= self.bound


def _sync(figures: Figures) -> float:
    return figures.sync_s


def _ingest(figures: Figures) -> float:
    return figures.events_per_cpu_s


GOALS = (
    Goal("G1 sync", "kubectl", _sync, 1 / 25, is_upper=True),
    Goal("G1 sync", "official", _sync, 1 / 20, is_upper=True),
    Goal("G1 sync", "client-go", _sync, 0.6, is_upper=True),
    Goal("G1 sync", "lightkube", _sync, 1.0, is_upper=True),
    Goal("G2 ingest", "client-go", _ingest, 1.5, is_upper=False),
    Goal("G2 ingest", "lightkube", _ingest, 5.0, is_upper=False),
    Goal("G2 ingest", "official", _ingest, 30.0, is_upper=False),
    Goal("G2 ingest", "kubectl", _ingest, 1.0, is_upper=False),
)
"""performance.md's goals; where it names none, not being behind."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--pods", type=int, default=int(os.environ.get("PODS", "10000")))
    parser.add_argument("--events", type=int, default=3000, help="changes that each peer follows")
    parser.add_argument("--rounds", type=int, default=5, help="how often each peer takes its turn")
    options = parser.parse_args()
    tools = binaries.obtain(binaries.DEFAULT_VERSION)
    with leased(f"bench-{os.getpid()}", Request(pods=0)) as instance:
        figures = asyncio.run(_measure(options, instance, tools["kubectl"]))
    ratios = _table(figures)
    _write(options, figures, ratios)


async def _measure(options: argparse.Namespace, instance: Instance, kubectl: Path) -> list[Figures]:
    token = json.loads(instance.kubeconfig.read_bytes())["users"][0]["user"]["token"]
    ca = str(instance.pki / "ca.crt")
    async with Crowd(instance.server, ca, token, options.pods) as crowd:
        begun = time.perf_counter()
        await crowd.settle()
        _say(f"{options.pods} pods made in {time.perf_counter() - begun:.0f} s")
        return await contest(
            _makers(instance, kubectl),
            crowd,
            instance.process("apiserver").pid,
            pods=options.pods,
            events=options.events,
            rounds=options.rounds,
            say=_say,
        )


def _makers(instance: Instance, kubectl: Path) -> list[Callable[[], Contestant]]:
    config = str(instance.kubeconfig)
    python, peers = str(_environment()), "tests.bench.peers"
    informer = str(_informer())
    return [
        lambda: Peer(OURS, (sys.executable, "-m", f"{peers}.portolan", config)),
        lambda: Peer("client-go", (informer, config)),
        lambda: Kubectl(kubectl, instance.kubeconfig, instance.scratch),
        lambda: Peer("lightkube", (python, "-m", f"{peers}.lightkube_peer", config)),
        lambda: Peer("official", (python, "-m", f"{peers}.official", config)),
    ]


def _environment() -> Path:
    """Return the Python of an environment with the peers in it, made once for each list of them."""
    wanted = ROOT / "requirements" / "bench.txt"
    folder = base().parent / "bench" / "venv"
    stamp = folder / "installed.txt"
    python = folder / "bin" / "python"
    if not stamp.is_file() or stamp.read_bytes() != wanted.read_bytes():
        _say("installing the Python peers, once")
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
    _say("building the client-go peer")
    command = [go, "build", "-trimpath", "-o", str(built), "."]
    environment = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    subprocess.run(command, cwd=module, check=True, env=environment)
    return built


def _table(figures: list[Figures]) -> list[dict[str, object]]:
    """Print what was measured, then what it means; return the ratios."""
    _say(
        f"\n{'':12} {'sync':>8} {'cpu':>8} {'server cpu':>11} {'memory':>9} {'events per cpu-s':>17}"
    )
    for each in figures:
        _say(
            f"{each.name:12} {each.sync_s:6.2f} s {each.sync_cpu_s:6.2f} s {each.sync_server_cpu_s:9.2f} s"
            f" {each.rss_bytes / 2**20:5.0f} MiB {each.events_per_cpu_s:17,.0f}"
        )
    by_name = {each.name: each for each in figures}
    ours = by_name.pop(OURS)
    ratios: list[dict[str, object]] = []
    _say(f"\n{'goal':10} {'against':10} {'ratio':>9} {'wanted':>9}")
    for goal in GOALS:
        ratio = goal.ratio(ours, by_name[goal.peer])
        is_met = goal.is_met(ratio)
        sign = "≤" if goal.is_upper else "≥"
        _say(
            f"{goal.name:10} {goal.peer:10} {ratio:8.3f}x {sign}{goal.bound:7.3f}x"
            f"  {'met' if is_met else 'missed'}"
        )
        ratios.append(
            {
                "goal": goal.name,
                "against": goal.peer,
                "ratio": ratio,
                "wanted": f"{'<=' if goal.is_upper else '>='} {goal.bound:g}",
                "met": is_met,
            }
        )
    return ratios


def _write(
    options: argparse.Namespace, figures: list[Figures], ratios: list[dict[str, object]]
) -> None:
    place = base().parent / "bench.json"
    found = {
        "server": binaries.DEFAULT_VERSION,
        "pods": options.pods,
        "events": options.events,
        "rounds": options.rounds,
        "cpus": os.cpu_count(),
        "ratios": ratios,
        "medians": [each.as_json() for each in figures],
    }
    place.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    _say(f"\n{place}")


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
