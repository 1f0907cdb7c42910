"""Counts follow changes and always equal a recount."""

import asyncio
import random
from collections import Counter

import pytest

from dashboard.access.selection import Selection
from dashboard.api.scope import Scope
from dashboard.api.table import Row
from dashboard.cache.sharedinformer import SharedInformer
from dashboard.insight.health import Health, health
from dashboard.insight.tally import WORST_FIRST, tally
from tests.dashboard.live.test_subscription import PODS
from tests.support.clock import FakeClock, settle
from tests.support.listerwatcher import FakeApiserver


@pytest.mark.parametrize("seed", range(8))
async def test_counts_equal_a_recount_after_any_history(seed: int) -> None:
    chance = random.Random(seed)
    apiserver = FakeApiserver()
    informer: SharedInformer[Row] = SharedInformer(apiserver, clock=FakeClock())
    task = asyncio.create_task(informer.run())
    await settle()
    selection = Selection(PODS, Scope.everything(), frozenset(), [informer], "", ())
    informer.add_handler(selection)
    await selection.build()
    counted = await tally(selection)
    for _ in range(120):
        name, namespace = f"pod-{chance.randrange(9)}", chance.choice(["a", "b"])
        exists = any((row.namespace, row.name) == (namespace, name) for row in apiserver.rows)
        if exists and chance.random() < 0.3:
            await apiserver.delete(name, namespace)
        else:
            word = chance.choice(["Running", "Error", "Unknown", "Completed", "Pending"])
            await apiserver.put(name, "1/1", word, "0", namespace=namespace)
        await settle()

    marks = {row.key: health(row, apiserver.columns) for row in apiserver.rows}
    assert +counted.total() == Counter(marks.values())
    assert {ns: +found for ns, found in counted.by_namespace().items()} == {
        ns: Counter(mark for key, mark in marks.items() if key.namespace == ns)
        for ns in {key.namespace for key in marks}
    }
    worst = [mark for mark, _row in counted.worst(100)]
    assert worst == sorted((m for m in marks.values() if m in WORST_FIRST), key=WORST_FIRST.index)
    assert Health.OK not in worst
    assert (await tally(selection)) is counted
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
