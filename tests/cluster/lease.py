"""A cluster that ends with the process that asked for it, whatever ends that process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster import controlplane, processes
from tests.cluster.controlplane import Request
from tests.cluster.instance import ROOT, Instance, instances

REMOVAL_LIMIT_S = 30.0


@contextmanager
def leased(name: str, request: Request) -> Iterator[Instance]:
    """Yield a running cluster; afterwards nothing of it runs and nothing is on disk.

    A guard process outside waits for the end of a pipe that only this process holds, so the
    cluster ends after SIGKILL as well. If the guard is killed too, the next lease clears up.
    """
    clear_up()
    owner = f"{os.getpid()}/{processes.birth_of(os.getpid())}"
    instance = Instance(name)
    guard = subprocess.Popen(
        [sys.executable, "-m", "tests.cluster", "guard", f"--name={name}"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        controlplane.start(instance, Request(**{**request.__dict__, "owner": owner}))
        yield instance
    finally:
        guard.communicate(timeout=REMOVAL_LIMIT_S)


def clear_up() -> None:
    """Remove every leased cluster whose owner is gone."""
    for instance in instances():
        owner = instance.state().get("owner")
        if owner is None:
            continue
        pid, _, birth = owner.partition("/")
        if processes.birth_of(int(pid)) != birth:
            instance.remove()
