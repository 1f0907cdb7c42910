"""Work in another process: results come back, failures stay where they are."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.source.errors import NoSuchSymbol, NotImported
from portal.walkthrough import press
from portal.walkthrough.press import Press, TooSlow


@pytest.fixture
def own() -> Iterator[Press]:
    """A press of this test alone."""
    made = Press()
    yield made
    made.close()


def double(number: int) -> int:
    return 2 * number


def process(_call: int) -> int:
    return os.getpid()


def fail(name: str) -> None:
    if name == "absent":
        raise NotImported("e.org/m", "v1.0.0")
    raise NoSuchSymbol("e.org/p", "F", ("G",))


def die() -> None:
    os._exit(1)


def shorten() -> None:
    press.CPU_LIMIT_S = 0.2


def spin() -> None:
    while True:
        double(1)


async def test_jobs_run_in_another_process_and_return(own: Press) -> None:
    assert await own.run(double, 21) == 42
    assert await own.run(process, 1) != os.getpid()


async def test_equal_jobs_are_done_once(own: Press) -> None:
    first = await own.keep(process, 1)
    own.close()

    assert await own.keep(process, 1) == first
    assert await own.keep(process, 2) != first


async def test_failures_arrive_whole_and_are_not_kept(own: Press) -> None:
    with pytest.raises(NotImported) as absent:
        await own.keep(fail, "absent")
    with pytest.raises(NoSuchSymbol) as missing:
        await own.keep(fail, "missing")

    assert absent.value.command == "portolan source fetch e.org/m@v1.0.0"
    assert missing.value.near == ("G",)
    assert await own.keep(double, 1) == 2


async def test_a_process_that_dies_is_replaced(own: Press) -> None:
    with pytest.raises(Exception, match="terminated abruptly"):
        await own.run(die)

    assert await own.run(double, 2) == 4


async def test_a_job_that_computes_too_long_is_stopped_alone(own: Press) -> None:
    await own.run(shorten)

    with pytest.raises(TooSlow):
        await own.run(spin)
    assert await own.run(double, 3) == 6


SERVER = """
import asyncio, os, sys
from portal.walkthrough.press import Press
if __name__ == "__main__":
    print(asyncio.run(Press().run(os.getpid)), flush=True)
    sys.stdin.read()
"""


def test_the_process_ends_when_its_server_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(SERVER)
    with subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as server:
        assert server.stdout is not None
        worker = os.pidfd_open(int(server.stdout.readline()))

        server.kill()

        ended, _, _ = select.select([worker], [], [], 20)
        os.close(worker)
    assert ended
