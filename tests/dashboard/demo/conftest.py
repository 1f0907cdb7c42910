"""Worlds on a clock that tests own."""

from collections.abc import AsyncIterator, Callable

import pytest

from dashboard.demo.apiserver import Apiserver
from dashboard.demo.recording import Recording, load
from dashboard.demo.review import TOKEN
from dashboard.demo.world import World
from tests.dashboard.demo.caller import Caller, calling
from tests.support.clock import FakeClock

NewWorld = Callable[..., World]


@pytest.fixture(scope="session")
def recording() -> Recording:
    """What came with the package."""
    return load()


@pytest.fixture
def clock() -> FakeClock:
    """It stands until it is told to go on."""
    return FakeClock()


@pytest.fixture
def new_world(recording: Recording, clock: FakeClock) -> NewWorld:
    """Make worlds; the size of the recording unless `pods` is more."""

    def make(*, pods: int = 1, seed: int = 7) -> World:
        return World(recording, clock, pods=pods, seed=seed)

    return make


@pytest.fixture
async def apiserver(new_world: NewWorld) -> AsyncIterator[Apiserver]:
    """A served world whose tape plays only when a test says so."""
    served = Apiserver(new_world())
    await served.start()
    yield served
    await served.aclose()


@pytest.fixture
async def caller(apiserver: Apiserver) -> AsyncIterator[Caller]:
    """The demo's user."""
    async with calling(apiserver.server, TOKEN) as found:
        yield found
