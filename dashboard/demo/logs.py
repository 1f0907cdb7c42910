"""What containers say: lines that depend on names and time alone, so that every reading agrees.

Go: k8s.io/kubernetes/pkg/registry/core/pod#LogLocation.
"""

import datetime as dt
import random
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any, Final

from dashboard.demo.recording import Object
from dashboard.demo.refusal import bad_request
from dashboard.demo.world import Clock

HISTORY_S: Final = 1800
"""How far back a log reaches: kubelets rotate them."""

SLOT_S: Final = 2
"""A container says something about once in so many seconds."""

REQUESTS: Final = (
    "GET /healthz",
    "GET /v1/items",
    "POST /v1/items",
    "GET /v1/items/{}",
    "PUT /v1/items/{}",
    "DELETE /v1/baskets/{}",
)
TROUBLES: Final = (
    "upstream timed out",
    "connection reset by peer",
    "retrying in 500ms",
    "cache miss storm, shedding load",
)
LAST_WORDS: Final = {
    "OOMKilled": 'level=warn msg="heap 97 % of limit, collecting"',
    "Error": 'level=error msg="fatal: cannot continue" exit=1',
}


class Log:
    """The log of one container, from its start (or the start of HISTORY_S) to its end or for ever."""

    def __init__(self, pod: Object, container: str, *, is_previous: bool) -> None:
        """Find the container. Raises Refusal in the words of the server and of the kubelet."""
        self.name, status = _chosen(pod, container)
        self._seed = f"{pod['metadata']['uid']}/{self.name}/{is_previous}"
        state = status.get("lastState" if is_previous else "state") or {}
        self._state = state.get("running") or state.get("terminated") or {}
        if is_previous and not self._state:
            raise bad_request(
                f"previous terminated container '{self.name}' in pod '{pod['metadata']['name']}' not found"
            )
        if not self._state and (earlier := (status.get("lastState") or {}).get("terminated")):
            self._state = earlier  # a container that waits to start again still has what it said
        if not self._state:
            reason = (state.get("waiting") or {}).get("reason", "ContainerCreating")
            raise bad_request(
                f'container "{self.name}" in pod "{pod["metadata"]["name"]}" is waiting to start: {reason}'
            )

    @property
    def ends_ms(self) -> int | None:
        """When the container ended; None while it runs."""
        ended = self._state.get("finishedAt")
        return _ms(ended) if ended else None

    def lines(self, since_ms: int, until_ms: int) -> Iterator[tuple[int, str]]:
        """Yield (milliseconds since 1970, line) of what was said from `since_ms` to before `until_ms`."""
        started_ms = _ms(self._state["startedAt"])
        if since_ms <= started_ms < until_ms:
            yield started_ms, f"level=info msg=starting container={self.name}"
        end_ms = min(until_ms, self.ends_ms or until_ms)
        slot_ms = SLOT_S * 1000
        for slot in range(max(since_ms, started_ms) // slot_ms, end_ms // slot_ms + 1):
            chance = random.Random(f"{self._seed}/{slot}")  # noqa: S311  (keeps no secret)
            at_ms = slot * slot_ms + chance.randrange(slot_ms)
            if max(since_ms, started_ms + 1) <= at_ms < end_ms:
                yield at_ms, _line(chance)
        last = LAST_WORDS.get(self._state.get("reason", ""))
        if last and self.ends_ms is not None and since_ms <= self.ends_ms < until_ms:
            yield self.ends_ms, last


async def read(log: Log, query: Mapping[str, str], clock: Clock) -> AsyncIterator[bytes]:
    """Yield the lines that `query` (PodLogOptions) asks for; with `follow` until the container ends."""
    now_ms = clock.now_ms()
    since_ms = now_ms - HISTORY_S * 1000
    if log.ends_ms is not None:
        since_ms = min(since_ms, log.ends_ms - HISTORY_S * 1000)
    if "sinceSeconds" in query:
        since_ms = max(since_ms, now_ms - int(query["sinceSeconds"]) * 1000)
    if "sinceTime" in query:
        since_ms = max(since_ms, _ms(query["sinceTime"]))
    past: Sequence[tuple[int, str]] = list(log.lines(since_ms, now_ms))
    if "tailLines" in query:
        wanted = int(query["tailLines"])
        past = past[-wanted:] if wanted else []
    is_stamped = query.get("timestamps") in {"true", "1"}
    left = int(query.get("limitBytes") or 2**62)
    text = "".join(_told(line, is_stamped=is_stamped) for line in past).encode()
    yield text[:left]
    left -= len(text)
    while query.get("follow") in {"true", "1"} and log.ends_ms is None and left > 0:
        await clock.sleep(SLOT_S / 2)
        later_ms = clock.now_ms()
        said = (_told(line, is_stamped=is_stamped) for line in log.lines(now_ms, later_ms))
        if text := "".join(said).encode():
            yield text[:left]
            left -= len(text)
        now_ms = later_ms


def _chosen(pod: Object, container: str) -> tuple[str, Object]:
    name = pod["metadata"]["name"]
    spec, status = pod["spec"], pod["status"]
    main = [item["name"] for item in spec["containers"]]
    first = [item["name"] for item in spec.get("initContainers") or ()]
    if not container:
        if len(main) > 1 or first:
            also = f" or one of the init containers: [{' '.join(first)}]" if first else ""
            raise bad_request(
                f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]{also}"
            )
        (container,) = main
    if container not in {*main, *first}:
        raise bad_request(f"container {container} is not valid for pod {name}")
    statuses = [
        *(status.get("containerStatuses") or ()),
        *(status.get("initContainerStatuses") or ()),
    ]
    found: Object = next((item for item in statuses if item["name"] == container), {})
    return container, found


def _line(chance: random.Random) -> str:
    request = chance.choice(REQUESTS).format(chance.randrange(10_000))
    took = chance.lognormvariate(2.2, 0.9)
    draw = chance.random()
    if draw < 0.02:
        return f'\x1b[31mlevel=error\x1b[0m msg="{request}" status=503 ms={took:.1f}'
    if draw < 0.05:
        return f'\x1b[33mlevel=warn\x1b[0m msg="{chance.choice(TROUBLES)}" request="{request}"'
    return f'level=info msg="{request}" status=200 ms={took:.1f}'


def _told(line: tuple[int, str], *, is_stamped: bool) -> str:
    at_ms, text = line
    if not is_stamped:
        return f"{text}\n"
    at = dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03}000000Z {text}\n"


def _ms(text: Any) -> int:  # noqa: ANN401  (a field of an object)
    return int(dt.datetime.fromisoformat(str(text)).timestamp() * 1000)
