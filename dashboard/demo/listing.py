"""LIST: a page of a collection as it was at one resourceVersion.

Go: k8s.io/apiserver/pkg/storage/etcd3#store.GetList and its continue tokens.
"""

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator
from typing import Any

from dashboard.demo.printing import TAIL, Press
from dashboard.demo.refusal import bad_request, expired, too_large
from dashboard.demo.request import Options
from dashboard.demo.selector import Selector
from dashboard.demo.storage import Storage, TooOld, Version
from dashboard.demo.watching import SLICE
from dashboard.demo.world import Clock

TOO_LARGE_S = 3.0
"""How long the server waits for a resourceVersion that it has not reached (fact M4)."""


class Listing:
    """One page; `pieces` yields its JSON."""

    def __init__(
        self, storage: Storage, press: Press, selector: Selector, namespace: str, options: Options
    ) -> None:
        """Print nothing yet."""
        self._storage = storage
        self._press = press
        self._selector = selector
        self._namespace = namespace
        self._options = options

    async def pieces(self, clock: Clock) -> AsyncIterator[str]:
        """Yield the page. Raises Refusal before the first piece."""
        version, after = await self._position(clock)
        collection = self._storage.collections[self._press.kind]
        try:
            found = collection.at(version, after, self._namespace)
        except TooOld as error:
            raise expired(
                "The provided continue parameter is too old to display a consistent list result."
                if after
                else "The resourceVersion for the provided list is too old."
            ) from error
        # The watch cache, which serves "0", has no pages.
        limit = 0 if self._options.resource_version == 0 else self._options.limit
        items: list[Version] = []
        left = 0
        for number, item in enumerate(found):
            if limit and len(items) == limit:
                left = len(found) - number
                break
            if not self._selector.is_empty:
                if number % SLICE == 0:
                    await asyncio.sleep(0)
                if not self._selector.matches(item):
                    continue
            items.append(item)
        metadata: dict[str, Any] = {}
        if self._press.is_watchable:
            metadata["resourceVersion"] = str(version)
        if left:
            metadata["continue"] = _token(version, items[-1].key)
            if self._selector.is_empty:
                metadata["remainingItemCount"] = left
        yield self._press.head(metadata)
        now_ms = clock.now_ms()
        for start in range(0, len(items), SLICE):
            printed = (self._press.item(item, now_ms) for item in items[start : start + SLICE])
            yield ("," if start else "") + ",".join(printed)
            await asyncio.sleep(0)
        yield TAIL

    async def _position(self, clock: Clock) -> tuple[int, str]:
        """Return the resourceVersion to show and the key behind which to begin."""
        if self._options.continue_:
            position = _read_token(self._options.continue_)
            if self._options.resource_version:
                raise bad_request("specifying resource version is not allowed when using continue")
            return position
        asked, newest = self._options.resource_version or 0, self._storage.resource_version
        if asked > newest:
            await clock.sleep(TOO_LARGE_S)
            if asked > self._storage.resource_version:
                raise too_large(asked, self._storage.resource_version)
        is_exact = self._options.match == "Exact" or (
            bool(self._options.limit) and not self._options.match
        )
        return (asked if asked and is_exact else self._storage.resource_version), ""


def _token(version: int, key: str) -> str:
    start = json.dumps(
        {"v": "meta.k8s.io/v1", "rv": version, "start": f"/{key}\0"}, separators=(",", ":")
    )
    return base64.urlsafe_b64encode(start.encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, str]:
    try:
        told = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        version, start = int(told["rv"]), str(told["start"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        # The words are those of Go's decoder, for what is no JSON at all.
        raise bad_request(
            "invalid continue token: continue key is not valid: "
            "invalid character 'i' looking for beginning of value"
        ) from error
    return version, start.removeprefix("/").removesuffix("\0")
