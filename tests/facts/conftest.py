"""A bare API server of each version, and the observations that take longer than a test should."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock
from typing import Any, TypeVar

import pytest

from tests.cluster import binaries
from tests.cluster.controlplane import Request
from tests.cluster.fixtures import OLD_VERSION, Cluster
from tests.cluster.lease import leased
from tests.facts import compaction, patience
from tests.facts.server import Server, open_server

Seen = TypeVar("Seen")
VERSIONS = (binaries.DEFAULT_VERSION, OLD_VERSION)


class Bare:
    """API servers with an etcd and nothing else, started when somebody asks, one per purpose."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._lock = Lock()
        self._running: dict[tuple[str, str], Cluster] = {}

    def __call__(self, version: str, purpose: str) -> Cluster:
        with self._lock:
            if (version, purpose) not in self._running:
                name = f"facts-{os.getpid()}-{len(self._running)}"
                instance = self._stack.enter_context(leased(name, Request(version, pods=0)))
                self._running[version, purpose] = Cluster(instance.kubeconfig, instance)
            return self._running[version, purpose]


@pytest.fixture(scope="session")
def bare() -> Iterator[Bare]:
    with ExitStack() as stack:
        yield Bare(stack)


@pytest.fixture(params=VERSIONS)
async def server(bare: Bare, request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """The API server of each version in turn; tests work in namespaces of their own."""
    cluster = await asyncio.to_thread(bare, request.param, "calm")
    assert cluster.version == request.param
    async with open_server(cluster) as found:
        yield found


class Observations:
    """What was begun in threads of its own, all of it at once, to be asked for when it is done."""

    def __init__(self, bare: Bare, pool: ThreadPoolExecutor) -> None:
        self._bare = bare
        self._pool = pool
        self.silence = {
            version: self._begin(version, "calm", patience.watch) for version in VERSIONS
        }
        self.ordeal = {
            version: self._begin(version, "ordeal", compaction.undergo) for version in VERSIONS
        }

    def _begin(
        self, version: str, purpose: str, observe: Callable[[Server], Coroutine[Any, Any, Seen]]
    ) -> Future[Seen]:
        async def see() -> Seen:
            async with open_server(self._bare(version, purpose)) as server:
                return await observe(server)

        return self._pool.submit(lambda: asyncio.run(see()))


@pytest.fixture(scope="session", autouse=True)
def begun(request: pytest.FixtureRequest) -> None:
    """The first fact that is tested begins the observations, if any of the others asks for them."""
    if any("observations" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("observations")


@pytest.fixture(scope="session")
def observations(bare: Bare) -> Iterator[Observations]:
    """Observations that take a minute and more; the order of the run asks for them last."""
    with ThreadPoolExecutor(thread_name_prefix="facts") as pool:
        yield Observations(bare, pool)
