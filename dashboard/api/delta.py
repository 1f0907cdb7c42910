"""Delta: how one key of a store changed.

Not client-go's Delta (a queue entry with one object): both states are here, as in
k8s.io/client-go/tools/cache#ResourceEventHandler.OnUpdate.
"""

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from dashboard.api.names import ObjectKey

T_co = TypeVar("T_co", covariant=True)


class DeltaKind(StrEnum):
    """Which of the two states exist."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"


class Delta(msgspec.Struct, Generic[T_co], frozen=True, gc=False):
    """A change of `key` from `old` to `new`, of which one may be None.

    Raises ValueError if both are.
    A namesake with another uid is two deltas, removed and then added (invariant C6).
    `final_state_unknown`: the deletion itself was not seen, so `old` is the last state known and
    may not be the last there was (client-go: DeletedFinalStateUnknown). False unless removed.
    """

    key: ObjectKey
    old: T_co | None
    new: T_co | None
    final_state_unknown: bool = False

    def __post_init__(self) -> None:
        if self.old is None and self.new is None:
            raise ValueError("a delta needs an old or a new state")

    @property
    def kind(self) -> DeltaKind:
        """Added without an old state, removed without a new one, else updated."""
        if self.old is None:
            return DeltaKind.ADDED
        return DeltaKind.REMOVED if self.new is None else DeltaKind.UPDATED
