"""A whole control plane on loopback: etcd, API server, controllers, scheduler and nodes."""

from __future__ import annotations

import json
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.cluster import binaries, certificates, commands, processes, users
from tests.cluster.instance import ROOT, Instance
from tests.cluster.processes import Process
from tests.support.world.plan import World

HOLLOW_NODES = ("hollow-1", "hollow-2")
PORTS = (
    "etcd",
    "etcd-peer",
    "apiserver",
    "controller-manager",
    "scheduler",
    "kubelet",
)
READY_LIMIT_S = 100.0
SLOWEST_POD_S = 0.02
"""What each pod of a large world may add to the limit."""
POLL_S = 0.2


class StartFailed(RuntimeError):
    """A process of the control plane ended, or was not ready in time; the message ends with its log."""


@dataclass(frozen=True)
class Request:
    """What a control plane is asked to be."""

    version: str = binaries.DEFAULT_VERSION
    pods: int = 300
    """Size of the world; 0 starts a bare control plane without controllers and nodes."""
    seed: int = 7
    owner: str | None = None
    """PID:BIRTH of the process whose end ends the cluster, or None for a cluster that stays."""


def start(instance: Instance, request: Request) -> bool:
    """Return with the cluster usable: True if it was started, False if it ran already.

    Usable is: the API server's /readyz, and what tests/support/world/readiness.py names.
    Raises StartFailed with nothing left running, unless it runs at another version.
    """
    tools = binaries.obtain(request.version)
    with instance.locked():
        if instance.is_alive():
            running = instance.state()["version"]
            if running != request.version:
                raise StartFailed(
                    f"{instance.name} runs at {running}: stop it first, or name another"
                )
            return False
        instance.end()
        certificates.prepare(instance.pki)
        instance.begin(list(PORTS), **asdict(request))
        try:
            _start_control_plane(instance, tools)
            if request.pods:
                _start_world(instance, tools)
        except BaseException:
            instance.end(patience_s=1.0)
            raise
        instance.update(ready=True)
    return True


def furnish(instance: Instance, pods: int, seed: int) -> None:
    """Give a running cluster a world, or make the one it has larger; return when it is usable.

    Raises StartFailed, with the cluster left running.
    """
    with instance.locked():
        if not instance.is_alive():
            raise StartFailed(f"{instance.name} does not run")
        instance.update(pods=pods, seed=seed)
        _start_world(instance, binaries.obtain(instance.state()["version"]))


def _start_control_plane(instance: Instance, tools: Mapping[str, Path]) -> None:
    """Return once the API server answers; controllers and nodes, if any, follow it."""
    port = instance.state()["ports"]
    accounts = (*users.USERS, *(users.hollow(node) for node in HOLLOW_NODES))
    tokens = users.issue_tokens(accounts, instance.pki / "tokens.csv")
    for user in accounts:
        users.write_kubeconfig(
            instance.user(user.name) if user.person else _account(instance, user.name),
            context=instance.context,
            server=instance.server,
            ca=instance.pki / "ca.crt",
            user=user.name,
            token=tokens[user.name],
        )
    etcd = instance.spawn("etcd", commands.etcd(instance, tools["etcd"], port))
    wait_for(instance, [etcd], _answers(f"http://127.0.0.1:{port['etcd']}/readyz"))
    apiserver = instance.spawn(
        "apiserver", commands.apiserver(instance, tools["kube-apiserver"], port)
    )
    ready = _answers(f"{instance.server}/readyz", instance.pki / "ca.crt", tokens["admin"])
    wait_for(instance, [etcd, apiserver], ready)


def _start_world(instance: Instance, tools: Mapping[str, Path]) -> None:
    """Return once controllers and nodes run and the world is as it should be."""
    port = instance.state()["ports"]
    accounts = {
        name: _account(instance, f"system:kube-{name}")
        for name in ("controller-manager", "scheduler")
    }
    nodes, report = instance.data / "nodes.json", instance.data / "world.json"
    world = World(instance.state()["seed"], instance.state()["pods"])
    report.unlink(missing_ok=True)
    nodes.write_text(json.dumps(world.nodes), encoding="utf-8")
    command = {
        "controller-manager": commands.controller_manager(
            instance, tools["kube-controller-manager"], port, accounts["controller-manager"]
        ),
        "scheduler": commands.scheduler(
            instance, tools["kube-scheduler"], port, accounts["scheduler"]
        ),
        "kubelet": commands.kubelet(instance, port, _account(instance, "scripted-kubelet"), nodes),
        "world": commands.world(instance, HOLLOW_NODES, report),
    }
    for node in HOLLOW_NODES:
        account = _account(instance, users.hollow(node).name)
        command[node] = commands.hollow(tools["hollow"], node, account)
    running = {process.name for process in instance.processes() if process.is_alive()}
    processes.end([p for p in instance.processes() if p.name in ("kubelet", "world")], 5.0)
    started = [
        instance.spawn(name, line, PYTHONPATH=str(ROOT))
        for name, line in command.items()
        if name in ("kubelet", "world") or name not in running
    ]
    limit_s = READY_LIMIT_S + world.pods * SLOWEST_POD_S
    wait_for(instance, started, report.exists, limit_s)


def wait_for(
    instance: Instance,
    started: Sequence[Process],
    fact: Callable[[], bool],
    limit_s: float = READY_LIMIT_S,
) -> None:
    """Return when `fact` holds; raises StartFailed if a process ends first or time runs out."""
    deadline = time.monotonic() + limit_s
    while not fact():
        ended = [process for process in started if not process.is_alive()]
        if ended or time.monotonic() > deadline:
            blamed = ended[0] if ended else started[-1]
            lines = Path(blamed.log).read_text(encoding="utf-8", errors="replace").splitlines()
            state = "ended" if ended else f"is not ready after {limit_s:.0f} s"
            tail = "\n".join(lines[-15:])
            raise StartFailed(
                f"{blamed.name} of {instance.name} {state}; {blamed.log} ends:\n{tail}"
            )
        time.sleep(POLL_S)


def kubectl(instance: Instance, kubeconfig: Path, *arguments: str) -> str:
    """Return what kubectl prints; raises subprocess.CalledProcessError with its words."""
    tool = binaries.obtain(instance.state()["version"])["kubectl"]
    # A discovery cache of its own: ports return with other servers behind them.
    command = [str(tool), f"--kubeconfig={kubeconfig}", f"--cache-dir={instance.scratch}/kube"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise subprocess.CalledProcessError(done.returncode, arguments, done.stdout, done.stderr)
    return done.stdout


def _account(instance: Instance, name: str) -> Path:
    return instance.pki / f"{name.replace(':', '-')}.kubeconfig"


def _answers(url: str, ca: Path | None = None, token: str | None = None) -> Callable[[], bool]:
    """Return a question that is true once `url` answers 200."""
    request = urllib.request.Request(url)
    context = None
    if ca is not None:
        context = ssl.create_default_context(cafile=str(ca))
        request.add_header("Authorization", f"Bearer {token}")

    def ask() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=2, context=context) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    return ask
