"""The command line of every process of a control plane."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.instance import Instance

HOLLOW_TAINT = "portolan.example/hollow"
"""Keeps the world's pods off the hollow nodes unless they ask for them."""


def etcd(instance: Instance, tool: Path, port: Mapping[str, int]) -> list[str]:
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


def apiserver(instance: Instance, tool: Path, port: Mapping[str, int]) -> list[str]:
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


def controller_manager(
    instance: Instance, tool: Path, port: Mapping[str, int], kubeconfig: Path
) -> list[str]:
    """Return the command of a controller manager that notices a lost node within 20 s.

    Hollow and scripted nodes renew their leases every 10 s, so two renewals may be missed.
    """
    pki = instance.pki
    return [
        str(tool),
        *_secured(instance, port["controller-manager"], kubeconfig),
        f"--root-ca-file={pki}/ca.crt",
        f"--service-account-private-key-file={pki}/service-account.key",
        f"--cluster-signing-cert-file={pki}/ca.crt",
        f"--cluster-signing-key-file={pki}/ca.key",
        "--use-service-account-credentials=true",
        "--node-monitor-period=1s",
        "--node-monitor-grace-period=20s",
        "--pvclaimbinder-sync-period=5s",
        "--kube-api-qps=300",
        "--kube-api-burst=600",
        "--concurrent-deployment-syncs=10",
        "--concurrent-replicaset-syncs=20",
    ]


def scheduler(
    instance: Instance, tool: Path, port: Mapping[str, int], kubeconfig: Path
) -> list[str]:
    """Return the command of a scheduler with its own configuration."""
    return [
        str(tool),
        *_secured(instance, port["scheduler"], kubeconfig),
        "--kube-api-qps=300",
        "--kube-api-burst=600",
    ]


def hollow(tool: Path, name: str, kubeconfig: Path) -> list[str]:
    """Return the command of one hollow node, which keeps every container running."""
    return [str(tool), f"-kubeconfig={kubeconfig}", f"-name={name}", f"-taint={HOLLOW_TAINT}"]


def kubelet(
    instance: Instance, port: Mapping[str, int], kubeconfig: Path, nodes: Path
) -> list[str]:
    """Return the command of the scripted kubelet."""
    state = instance.state()
    return [
        *_python("tests.support.kubelet"),
        f"--kubeconfig={kubeconfig}",
        f"--pki={instance.pki}",
        f"--nodes={nodes}",
        f"--port={port['kubelet']}",
        f"--seed={state['seed']}",
        f"--version={state['version']}",
    ]


def world(instance: Instance, hollow_nodes: tuple[str, ...], report: Path) -> list[str]:
    """Return the command of what fills the cluster and keeps it moving."""
    state = instance.state()
    return [
        *_python("tests.support.world"),
        f"--kubeconfig={instance.kubeconfig}",
        f"--report={report}",
        f"--seed={state['seed']}",
        f"--pods={state['pods']}",
        *(f"--hollow={name}" for name in hollow_nodes),
    ]


def _python(module: str) -> list[str]:
    return [sys.executable, "-m", module]


def _secured(instance: Instance, port: int, kubeconfig: Path) -> list[str]:
    """Return what the controller manager and the scheduler have in common."""
    pki = instance.pki
    return [
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--tls-cert-file={pki}/apiserver.crt",
        f"--tls-private-key-file={pki}/apiserver.key",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        # A leader that cannot renew ends its process: outlast an API server that is stopped for
        # two minutes (fault F16).
        "--leader-elect-lease-duration=150s",
        "--leader-elect-renew-deadline=140s",
        f"--client-ca-file={pki}/ca.crt",
        f"--requestheader-client-ca-file={pki}/front-proxy-ca.crt",
    ]
