"""One named cluster on disk: its folder, its ports and the processes that it remembers."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.cluster import ports, processes
from tests.cluster.processes import Process

ROOT = Path(__file__).parents[2]
NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?")
ENDING_ORDER = ("etcd",)
"""Processes that end last, when nobody writes to them any more."""


class BadName(ValueError):
    """An instance is named like a DNS label of at most 42 characters."""


def base() -> Path:
    """Return the folder of all clusters; PORTOLAN_DATA moves it, as it moves all state."""
    return (Path(os.environ.get("PORTOLAN_DATA") or ROOT / "var") / "cluster").absolute()


def instances() -> list[Instance]:
    """Return every instance that has a state file, alive or not."""
    return [Instance(path.parent.name) for path in sorted(base().glob("instances/*/state.json"))]


class Instance:
    """A cluster by its name. Nothing is created before `begin`."""

    def __init__(self, name: str) -> None:
        if NAME.fullmatch(name) is None:
            raise BadName(f"{name!r} is not a cluster name: {NAME.pattern}")
        self.name = name
        self.folder = base() / "instances" / name
        self.pki = self.folder / "pki"
        self.data = self.folder / "data"
        self.logs = self.folder / "logs"
        self.scratch = self.folder / "tmp"
        self.kubeconfig = self.user("admin")

    @property
    def context(self) -> str:
        """The context's name in every kubeconfig of this cluster."""
        return "portolan" if self.name == "default" else f"portolan-{self.name}"

    @property
    def server(self) -> str:
        """The API server's address."""
        return f"https://127.0.0.1:{self.state()['ports']['apiserver']}"

    def user(self, name: str) -> Path:
        """Return the path of a user's kubeconfig."""
        return self.folder / "users" / f"{name}.kubeconfig"

    def state(self) -> dict[str, Any]:
        """Return what state.json holds, an empty dict where there is none."""
        try:
            state: dict[str, Any] = json.loads((self.folder / "state.json").read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return state

    def update(self, **values: Any) -> None:
        """Replace the named values of state.json; a crash leaves the old file or the new one."""
        fresh = self.folder / "state.json.new"
        fresh.write_text(json.dumps({**self.state(), **values}, indent=2) + "\n", encoding="utf-8")
        fresh.replace(self.folder / "state.json")

    def processes(self) -> list[Process]:
        """Return the processes that were started, in order, alive or not."""
        return [Process.from_json(entry) for entry in self.state().get("processes", ())]

    def process(self, name: str) -> Process:
        """Return one process by its name; raises KeyError."""
        return {process.name: process for process in self.processes()}[name]

    def is_alive(self) -> bool:
        """True if the last start was finished and every one of its processes runs."""
        running = self.processes()
        return bool(self.state().get("ready") and running and all(p.is_alive() for p in running))

    def begin(self, names: list[str], **values: Any) -> dict[str, int]:
        """Give the instance an empty data folder, a new run and its ports; return the ports.

        Certificates and tokens stay, and so do ports that are still free: kubeconfigs that are
        in use elsewhere go on working after a restart.
        """
        for folder in (self.data, self.scratch, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.folder, self.data, self.scratch, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        with _locked(base() / "ports.lock"):
            others = [i.state() for i in instances() if i.name != self.name]
            taken = {port for state in others for port in state.get("ports", {}).values()}
            chosen = ports.choose(names, self.state().get("ports", {}), taken)
            run = f"{self.folder}:{uuid.uuid4()}"
            self.update(ports=chosen, processes=[], ready=False, run=run, owner=None)
            self.update(**values)
        return chosen

    def spawn(self, name: str, command: list[str], **environment: str) -> Process:
        """Start a process of this run and remember it, in place of one of the same name."""
        marked = {
            processes.RUN_MARK: self.state()["run"],
            "TMPDIR": str(self.scratch),
            **environment,
        }
        process = processes.spawn(name, command, self.logs / f"{name}.log", marked)
        others = [p.to_json() for p in self.processes() if p.name != name]
        self.update(processes=[*others, process.to_json()])
        return process

    def restart(self, name: str) -> Process:
        """End one process if it still runs and start it again as it was."""
        old = self.process(name)
        processes.end([old], patience_s=5.0)
        return self.spawn(name, list(old.command), **old.environment)

    def stop(self, patience_s: float = 5.0) -> int:
        """End exactly what the last start began; return how many processes still ran."""
        with self.locked():
            return self.end(patience_s)

    def end(self, patience_s: float = 5.0) -> int:
        """As `stop`, for a caller that holds the lock."""
        known = [process for process in self.processes() if process.is_alive()]
        late = [process for process in known if process.name in ENDING_ORDER]
        processes.end([process for process in known if process not in late], patience_s)
        processes.end(late, patience_s)
        run = self.state().get("run")
        leftovers = processes.marked(run) if run else []
        if run:
            processes.end_marked(run)
        if self.state():
            self.update(processes=[], ready=False)
        # Logs stay, for whoever asks why it ended.
        for folder in (self.data, self.scratch):
            shutil.rmtree(folder, ignore_errors=True)
        return len(known) + len(leftovers)

    def remove(self) -> None:
        """Stop, and leave nothing on disk."""
        self.stop(patience_s=1.0)
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other starts and stops of this instance waiting."""
        with _locked(base() / "locks" / self.name):
            yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
