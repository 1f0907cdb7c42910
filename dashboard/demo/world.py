"""The demo's life: the recorded tape, played for ever on a clock."""

from collections.abc import Mapping
from typing import Final, Protocol

from dashboard.demo.recording import LENGTH_S, Recorded, Recording
from dashboard.demo.storage import Shape, Storage
from dashboard.demo.template import Moment, Words
from dashboard.demo.town import Town

PODS: Final = 1000
"""Size of the town unless one is asked for."""

SEED: Final = 7


class Clock(Protocol):
    """Time, as `dashboard.cache.clock` has it."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class World:
    """Storage in which a recorded life goes on; equal clocks, seeds and sizes give equal worlds.

    A loop begins where the one before ended: what was born in it has taken the place of what died.
    """

    def __init__(
        self, recording: Recording, clock: Clock, *, pods: int = PODS, seed: int = SEED
    ) -> None:
        """Hold the town as it is now; takes some 0.3 s of CPU at the usual size."""
        self.storage = Storage(list(recording.columns))
        self.recording = recording
        self.clock = clock
        self._words = Words(recording.words, seed)
        self._town = Town(recording, pods=pods, seed=seed)
        self._shapes: dict[int, Mapping[str, Shape]] = {}
        self._loop = 0
        self._next = 0
        now_s = clock.now_ms() // 1000
        # At the second of the minute at which it was recorded, so that CronJobs run on the minute.
        self._start_s = now_s - (now_s - recording.phase_s) % 60
        for item in self._town:
            self._write(item)
        for collection in self.storage.collections.values():
            collection.forget(self.storage.resource_version)
        self.catch_up()

    async def run(self) -> None:
        """Let the tape play until cancelled."""
        while True:
            await self.clock.sleep(max(0.0, self._due_s() - self.clock.now_ms() / 1000))
            self.catch_up()

    def catch_up(self) -> None:
        """Write everything that is due."""
        while self._due_s() <= self.clock.now_ms() / 1000:
            if self._next == len(self.recording.tape):
                self._begin_again()
            else:
                self._write(self.recording.tape[self._next])
                self._next += 1

    def _due_s(self) -> float:
        if self._next == len(self.recording.tape):
            return self._start_s + LENGTH_S
        return self._start_s + self.recording.tape[self._next].at_s

    def _begin_again(self) -> None:
        self._loop += 1
        self._next = 0
        self._start_s += LENGTH_S
        behind_s = self.clock.now_ms() // 1000 - self._start_s
        # A machine that slept does not play what it slept through.
        self._start_s += max(0, behind_s) // LENGTH_S * LENGTH_S
        for entity in self.recording.leavers:
            self.storage.delete(entity)
        self.storage.succeed(self.recording.heirs)
        for entity in self.recording.returners:
            self._write(self._town.get(entity))

    def _write(self, item: Recorded) -> None:
        if not item.shown:
            self.storage.delete(item.entity)
            return
        shapes = self._shapes.get(id(item))
        if shapes is None:
            shapes = {kind: Shape(*shown) for kind, shown in item.shown.items()}
            self._shapes[id(item)] = shapes
        self.storage.put(item.entity, shapes, self._moment(item.entity))

    def _moment(self, entity: int) -> Moment:
        return Moment(
            words=self._words,
            loop=self._loop,
            start_ms=self._start_s * 1000,
            minutes=self._start_s // 60 - self.recording.minute,
            older_ms=self._town.older_ms.get(entity, 0),
            resource_version=0,
        )
