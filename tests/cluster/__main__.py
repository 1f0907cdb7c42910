"""The command behind `make cluster`: build, start, stop, status, world."""

from __future__ import annotations

import argparse
import os
import sys
import time

from tests.cluster import binaries, controlplane, publish, toolchain
from tests.cluster.instance import BadName, Instance, instances


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (
        BadName,
        binaries.BuildFailed,
        binaries.UnknownVersion,
        controlplane.StartFailed,
        toolchain.NoGo,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return code


def build(options: argparse.Namespace) -> int:
    for version in [options.version] if options.version else binaries.modules():
        binaries.obtain(version)
        print(f"{version}: {binaries.cache_folder(version)}")
    return 0


def start(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    instance = Instance(options.name)
    request = controlplane.Request(version=options.version, pods=options.pods, seed=options.seed)
    fresh = controlplane.start(instance, request)
    publish.publish(instance)
    took = f"started in {time.monotonic() - begun:.1f} s" if fresh else "was running already"
    version = instance.state()["version"]
    print(f"Cluster {instance.name} ({version}) {took}: {instance.server}")
    print(f"kubectl: {binaries.obtain(version)['kubectl']}")
    print(f"export KUBECONFIG={publish.kubeconfig(instance)}")
    return 0


def world(options: argparse.Namespace) -> int:
    begun = time.monotonic()
    instance = Instance(options.name)
    controlplane.furnish(instance, options.pods, options.seed)
    took = time.monotonic() - begun
    print(f"Cluster {instance.name} holds a world of {options.pods} pods after {took:.1f} s")
    return 0


def guard(options: argparse.Namespace) -> int:
    """Wait for the end of standard input, which is the end of the owner, then remove the cluster."""
    sys.stdin.read()
    Instance(options.name).remove()
    return 0


def stop(options: argparse.Namespace) -> int:
    chosen = instances() if options.all else [Instance(options.name)]
    for instance in chosen:
        ended = instance.stop()
        publish.withdraw(instance)
        print(f"Cluster {instance.name}: {ended} processes ended")
    return 0


def status(options: argparse.Namespace) -> int:
    for instance in instances():
        state = instance.state()
        alive = [process for process in instance.processes() if process.is_alive()]
        known = len(instance.processes())
        print(
            f"{instance.name}  {state['version']}  {len(alive)}/{known} processes  {instance.server}"
        )
        for process in instance.processes():
            mark = "runs" if process in alive else "ENDED"
            print(f"  {process.name:<20} {process.pid:>8}  {mark}")
    return 0 if Instance(options.name).is_alive() else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    commands = parser.add_subparsers(required=True)
    known = binaries.versions()
    for run, text in (
        (build, "build the binaries, of every version unless one is named, into the cache"),
        (start, "start a cluster with a world in it, or say that it runs"),
        (world, "give a running cluster a world, or a larger one"),
        (guard, "remove a cluster when standard input ends"),
        (stop, "end exactly what start began"),
        (status, "show every cluster; exit 1 unless the named one runs"),
    ):
        command = commands.add_parser(run.__name__, help=text)
        command.set_defaults(run=run)
        command.add_argument(
            "--version",
            type=binaries.spelled,
            default=os.environ.get("VERSION")
            or (None if run is build else binaries.DEFAULT_VERSION),
            help=f"one of {', '.join(known)}",
        )
        command.add_argument("--name", default=os.environ.get("NAME") or "default")
        if run in (start, world):
            pods = int(os.environ.get("PODS") or controlplane.Request.pods)
            command.add_argument("--pods", type=int, default=pods, help="size of the world")
            command.add_argument("--seed", type=int, default=controlplane.Request.seed)
        if run is stop:
            command.add_argument(
                "--all", action="store_true", help="every cluster of this checkout"
            )
    return parser


if __name__ == "__main__":
    sys.exit(main())
