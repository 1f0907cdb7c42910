"""pytest fixtures: a real cluster with a small world for the whole run, an old one, and more on demand.

USE_EXISTING_CLUSTER=true takes the cluster of KUBECONFIG instead (the envtest convention); users
then are the files users/NAME.kubeconfig beside it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import binaries
from tests.cluster.controlplane import Request
from tests.cluster.instance import Instance
from tests.cluster.lease import leased
from tests.support.environment import KUBECONFIG

FIXTURE_PODS = 120
OLD_PODS = 1
"""Pods of the old server's world: no more than its sick are."""
OLD_VERSION = "v1.24.17"
"""No WatchList, no aggregated discovery, no SelfSubjectReview."""
StartCluster = Callable[..., "Cluster"]


class Cluster:
    """A real API server as tests see it: as its administrator, or as somebody narrower."""

    def __init__(self, kubeconfig: Path, instance: Instance | None = None) -> None:
        self.kubeconfig = kubeconfig
        self.instance = instance

    @cached_property
    def server(self) -> str:
        """The API server's address."""
        return str(self._config()["clusters"][0]["cluster"]["server"])

    @cached_property
    def version(self) -> str:
        """The server's own gitVersion."""
        return str(json.loads(self.kubectl("get", "--raw", "/version"))["gitVersion"])

    @property
    def tokens(self) -> dict[str, str]:
        """Return the bearer token of every user that has a kubeconfig."""
        files = sorted(self._users.glob("*.kubeconfig"))
        return {path.stem: _token(path) for path in files}

    @property
    def _users(self) -> Path:
        return self.kubeconfig.parent if self.instance else self.kubeconfig.parent / "users"

    def user(self, name: str) -> Path:
        """Return a user's kubeconfig: admin, portal, alice, bob, carol, dave, erin, frank, grace."""
        path = self._users / f"{name}.kubeconfig"
        if not path.exists():
            pytest.skip(f"the existing cluster has no kubeconfig for {name}")
        return path

    def kubectl(self, *arguments: str, user: str | None = None, text: str | None = None) -> str:
        """Return what kubectl prints, with `text` on its standard input.

        Raises subprocess.CalledProcessError with its words in `stderr`.
        """
        kubeconfig = self.user(user) if user else self.kubeconfig
        tool = binaries.obtain(binaries.DEFAULT_VERSION)["kubectl"]
        scratch = self.instance.scratch if self.instance else Path(tempfile.gettempdir())
        done = subprocess.run(
            [str(tool), f"--kubeconfig={kubeconfig}", f"--cache-dir={scratch}/kube", *arguments],
            capture_output=True,
            text=True,
            check=True,
            input=text,
        )
        return done.stdout

    def restart(self, name: str) -> None:
        """End one process of the cluster and start it again; raises KeyError for an unknown one."""
        self._own.restart(name)

    @property
    def _own(self) -> Instance:
        if self.instance is None:
            pytest.skip("an existing cluster's processes are not ours")
        return self.instance

    def _config(self) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(
            self.kubectl("config", "view", "--raw", "--minify", "-o", "json")
        )
        return config


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A real cluster with every state in it, shared by the whole run: leave it as you found it."""
    if os.environ.get("USE_EXISTING_CLUSTER", "").lower() == "true":
        if not KUBECONFIG:
            pytest.fail("USE_EXISTING_CLUSTER=true needs KUBECONFIG")
        yield Cluster(Path(KUBECONFIG))
        return
    with leased(f"test-{os.getpid()}", Request(pods=FIXTURE_PODS)) as instance:
        yield Cluster(instance.kubeconfig, instance)


@pytest.fixture(scope="session")
def old_cluster() -> Iterator[Cluster]:
    """A real cluster of OLD_VERSION with every state in it, shared by the whole run."""
    request = Request(version=OLD_VERSION, pods=OLD_PODS)
    with leased(f"test-{os.getpid()}-old", request) as instance:
        yield Cluster(instance.kubeconfig, instance)


@pytest.fixture(params=[binaries.DEFAULT_VERSION, OLD_VERSION])
def any_cluster(request: pytest.FixtureRequest) -> Cluster:
    """Each of both clusters in turn; a test that asks for it runs on both."""
    name = "old_cluster" if request.param == OLD_VERSION else "cluster"
    found: Cluster = request.getfixturevalue(name)
    return found


@pytest.fixture
def start_cluster() -> Iterator[StartCluster]:
    """Start clusters of the test's own, bare unless `pods` says otherwise; they end with the test."""
    numbers = count(1)
    with ExitStack() as stack:

        def start(
            *, pods: int = 0, seed: int = 7, version: str = binaries.DEFAULT_VERSION
        ) -> Cluster:
            name = f"test-{os.getpid()}-{next(numbers)}"
            request = Request(version=version, pods=pods, seed=seed)
            instance = stack.enter_context(leased(name, request))
            return Cluster(instance.kubeconfig, instance)

        yield start


def _token(path: Path) -> str:
    return str(json.loads(path.read_bytes())["users"][0]["user"]["token"])
