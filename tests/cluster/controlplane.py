"""A whole control plane on loopback: etcd, API server, controllers, scheduler and nodes."""

from __future__ import annotations

import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cluster import binaries, certificates, users
from tests.cluster.instance import Instance
from tests.cluster.processes import Process

HOLLOW_NODES = ("hollow-1", "hollow-2")
HOLLOW_TAINT = "portolan.example/hollow=true:NoSchedule"
"""Keeps the world's pods off the hollow nodes unless they ask for them."""
PORTS = (
    "etcd",
    "etcd-peer",
    "apiserver",
    "controller-manager",
    "scheduler",
    "kubelet",
    *HOLLOW_NODES,
)
READY_LIMIT_S = 60.0
POLL_S = 0.1


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

    Usable is: the API server's /readyz, every node Ready, and what
    tests/support/world/readiness.py names. Raises StartFailed with nothing left running.
    """
    tools = binaries.obtain(request.version)
    with instance.locked():
        if instance.is_alive():
            return False
        instance.end()
        certificates.prepare(instance.pki)
        instance.begin(list(PORTS), version=request.version, pods=request.pods, seed=request.seed,
                       owner=request.owner)
        try:
            _start(instance, request, tools)
        except BaseException:
            instance.end(patience_s=1.0)
            raise
        instance.update(ready=True)
    return True


def _start(instance: Instance, request: Request, tools: Mapping[str, Path]) -> None:
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
    etcd = instance.spawn("etcd", etcd_command(instance, tools["etcd"], port))
    wait_for(instance, etcd, _answers(f"http://127.0.0.1:{port['etcd']}/readyz"))
    apiserver = instance.spawn(
        "apiserver", apiserver_command(instance, tools["kube-apiserver"], port)
    )
    ready = _answers(f"{instance.server}/readyz", instance.pki / "ca.crt", tokens["admin"])
    wait_for(instance, apiserver, ready)


def wait_for(instance: Instance, process: Process, fact: Callable[[], bool]) -> None:
    """Return when `fact` holds; raises StartFailed if `process` ends first or time runs out."""
    deadline = time.monotonic() + READY_LIMIT_S
    while not fact():
        if not process.is_alive() or time.monotonic() > deadline:
            log = Path(process.log)
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            state = "is not ready" if process.is_alive() else "ended"
            lines = "\n".join(tail)
            raise StartFailed(f"{process.name} of {instance.name} {state}; {log} ends:\n{lines}")
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


def etcd_command(instance: Instance, tool: Path, port: Mapping[str, int]) -> list[str]:
    """Return the command of an etcd that keeps nothing safe: its data ends with the cluster."""
    client, peer = (f"http://127.0.0.1:{port[name]}" for name in ("etcd", "etcd-peer"))
    return [
        str(tool),
        f"--data-dir={instance.data}/etcd",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--quota-backend-bytes=4294967296",
        "--log-level=warn",
    ]


def apiserver_command(instance: Instance, tool: Path, port: Mapping[str, int]) -> list[str]:
    """Return the command of an API server with aggregation, kubelet TLS and static tokens.

    The advertised address is TEST-NET-1 (RFC 5737): an endpoint may not be a loopback address,
    and nothing in the world dials it. Kubelets are reached by InternalDNS first, which the
    scripted nodes publish as localhost; hollow nodes have none.
    """
    pki = instance.pki
    return [
        str(tool),
        "--bind-address=127.0.0.1",
        f"--secure-port={port['apiserver']}",
        "--advertise-address=192.0.2.1",
        f"--etcd-servers=http://127.0.0.1:{port['etcd']}",
        f"--cert-dir={instance.scratch}",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--client-ca-file={pki}/ca.crt",
        f"--token-auth-file={pki}/tokens.csv",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged=true",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={pki}/service-account.pub",
        f"--service-account-signing-key-file={pki}/service-account.key",
        f"--kubelet-certificate-authority={pki}/ca.crt",
        f"--kubelet-client-certificate={pki}/apiserver-to-kubelet.crt",
        f"--kubelet-client-key={pki}/apiserver-to-kubelet.key",
        "--kubelet-preferred-address-types=InternalDNS,InternalIP",
        "--enable-aggregator-routing=true",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
        "--requestheader-allowed-names=front-proxy-client",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={pki}/front-proxy.crt",
        f"--proxy-client-key-file={pki}/front-proxy.key",
        # Fairness is for many clients; one loader at full speed is not a fault here.
        "--max-requests-inflight=1000",
        "--max-mutating-requests-inflight=600",
    ]


def _account(instance: Instance, name: str) -> Path:
    return instance.pki / f"{name.replace(':', '-')}.kubeconfig"


def _answers(url: str, ca: Path | None = None, token: str | None = None) -> Callable[[], bool]:
    """Return a question that is true once `url` answers 200."""
    request = urllib.request.Request(url)  # noqa: S310 - loopback, built above
    context = None
    if ca is not None:
        context = ssl.create_default_context(cafile=str(ca))
        request.add_header("Authorization", f"Bearer {token}")

    def ask() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=2, context=context) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    return ask
