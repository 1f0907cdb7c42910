"""Many seeds side by side on one cluster, and what came of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.cluster.instance import Instance
from tests.faults import drill
from tests.faults.drill import DRILLS, Drill, Scene
from tests.faults.eventlog import EventLog
from tests.faults.ground import Ground, prepared
from tests.faults.machine import Machine
from tests.faults.official import TYPED, Official
from tests.faults.plan import Plan, Target, plan
from tests.faults.proxy import Proxy
from tests.faults.storm import HEALED_LIMIT_S, RATE, Meanwhile, Storm
from tests.faults.subject import Portolan, Subject
from tests.faults.validator import Violation, validate
from tests.faults.workload import Writer

OFFICIAL = "official"
OFFICIAL_LIMIT_S = 15.0


class Campaign:
    """Runs seeds; `broken` holds what each failing one broke."""

    def __init__(
        self,
        folder: Path,
        *,
        logs: Path,
        subject: str = "portolan",
        kinds: Sequence[str],
        faults: Sequence[str] = (),
        keep: bool = False,
    ) -> None:
        """`folder` is for keys, `logs` for the logs of failing seeds."""
        self._folder = folder
        self._logs = logs
        self._subject = subject
        is_official = subject == OFFICIAL
        # It takes typed list functions only, knows no clock but the machine's, and pauses for 5 s.
        self._kinds = [kind for kind in kinds if not is_official or kind in TYPED]
        self._rate = 1.0 if is_official else RATE
        self._healed_s = OFFICIAL_LIMIT_S if is_official else HEALED_LIMIT_S
        self._faults = faults
        self._keep = keep
        self.broken: dict[int, list[Violation]] = {}
        self.struck: Counter[str] = Counter()
        self.entries = 0
        self.seeds = 0

    async def run(
        self, instance: Instance, seeds: Iterable[int], *, at_once: int
    ) -> dict[int, list[Violation]]:
        """Return what broke, by seed."""
        gate = asyncio.Semaphore(at_once)
        async with prepared(instance, self._folder) as ground:

            async def one(seed: int) -> None:
                async with gate:
                    await self._one(plan(seed, self._kinds, self._faults), ground)

            async with asyncio.TaskGroup() as group:
                for seed in seeds:
                    group.create_task(one(seed))
        return self.broken

    async def drill(self, instance: Instance, names: Iterable[str]) -> dict[int, list[Violation]]:
        """Return what broke, by the number of the drill; the cluster is the campaign's own."""
        async with prepared(instance, self._folder) as ground:
            machine = Machine(instance, ground.kube)
            for name in names:
                decided = DRILLS[name]
                calm = drill.plan(-1 - list(DRILLS).index(name), decided.kinds)

                async def meanwhile(
                    writer: Writer, proxy: Proxy, name: str = name, decided: Drill = decided
                ) -> None:
                    await asyncio.sleep(drill.BETWEEN_S)
                    proxy.log.add("fault", name=name, code="", kind="", lasts_s=0)
                    await decided.deed(Scene(machine, ground, writer, proxy))
                    proxy.log.add("fault_over", name=name, kind="", struck=1)

                await self._one(calm, ground, meanwhile, decided.limit_s)
        return self.broken

    def summarize(self, took_s: float) -> None:
        """Print how often each fault struck and what broke."""
        faults = ", ".join(f"{name} {count}" for name, count in sorted(self.struck.items()))
        print(f"{self.seeds} seeds in {took_s:.0f} s, {self.entries} entries; struck: {faults}")
        kinds = Counter(v.invariant for found in self.broken.values() for v in found)
        for invariant, count in sorted(kinds.items()):
            seeds = sum(
                any(v.invariant == invariant for v in found) for found in self.broken.values()
            )
            print(f"  {invariant}: broken {count} times, in {seeds} of {self.seeds} seeds")

    async def _one(
        self,
        decided: Plan,
        ground: Ground,
        meanwhile: Meanwhile | None = None,
        healed_s: float | None = None,
    ) -> None:
        log = EventLog(
            seed=decided.seed,
            rate=self._rate,
            subject=self._subject,
            spaces=decided.spaces,
            targets=[str(target) for target in decided.targets],
        )
        wrong = ""
        try:
            limit_s = healed_s or self._healed_s
            await Storm(decided, ground, self._make, log, limit_s, meanwhile).run()
        except Exception as error:  # noqa: BLE001  (a seed that could not be run is not a good one)
            wrong = f"the run itself failed: {type(error).__name__}: {error}"
            log.add("failed", error=wrong)
        found = validate(log.entries)
        if wrong:
            found.append(Violation("run", log.t, "", wrong))
        self._tell(decided, log, found)

    def _tell(self, decided: Plan, log: EventLog, found: list[Violation]) -> None:
        self.seeds += 1
        self.entries += len(log.entries)
        for entry in log.entries:
            if entry["what"] == "fault_over" and entry["struck"]:
                self.struck[entry["name"]] += 1
        names = " ".join(entry["name"] for entry in log.entries if entry["what"] == "fault")
        verdict = "BROKEN" if found else "good"
        print(
            f"seed {decided.seed}: {verdict}  {len(log.entries)} entries, {log.t:.1f} s  [{names}]"
        )
        for violation in found:
            print(f"    {violation}")
        if found or self._keep:
            path = self._logs / f"{self._subject}-{decided.seed}.jsonl"
            log.write(path)
            print(f"    log: {path}")
        if found:
            self.broken[decided.seed] = found

    def _make(self, kubeconfig: Path, targets: Sequence[Target], log: EventLog) -> Subject:
        if self._subject == OFFICIAL:
            return Official(kubeconfig, targets, log)
        return Portolan(kubeconfig, targets, log, rate=RATE)
