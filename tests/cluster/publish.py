"""The kubeconfigs of the default cluster, where people and `make run` look for them."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.cluster.instance import Instance, base


def publish(instance: Instance) -> None:
    """Copy the default instance's kubeconfigs to the top of the clusters' folder."""
    if instance.name != "default":
        return
    folder = base() / "users"
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(instance.kubeconfig.parent.glob("*.kubeconfig")):
        shutil.copy(source, folder / source.name)
    shutil.copy(instance.kubeconfig, base() / "kubeconfig")


def withdraw(instance: Instance) -> None:
    """Remove what `publish` wrote: a kubeconfig at the top means a cluster that runs."""
    if instance.name == "default":
        (base() / "kubeconfig").unlink(missing_ok=True)
        shutil.rmtree(base() / "users", ignore_errors=True)


def kubeconfig(instance: Instance) -> Path:
    """Return the administrator's kubeconfig, the published one where there is one."""
    published = base() / "kubeconfig"
    return published if instance.name == "default" else instance.kubeconfig
