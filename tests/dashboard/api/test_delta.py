"""A delta says what happened to a key by which states it holds."""

import pytest

from dashboard.api.delta import Delta, DeltaKind
from dashboard.api.names import Namespace, ObjectKey, ObjectName

KEY = ObjectKey(Namespace("a"), ObjectName("b"))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (None, "new", DeltaKind.ADDED),
        ("old", "new", DeltaKind.UPDATED),
        ("old", None, DeltaKind.REMOVED),
    ],
)
def test_the_kind_follows_from_the_states(
    old: str | None, new: str | None, kind: DeltaKind
) -> None:
    assert Delta(KEY, old, new).kind is kind


def test_a_delta_of_nothing_to_nothing_does_not_exist() -> None:
    with pytest.raises(ValueError, match="old or a new"):
        Delta(KEY, None, None)
