"""resourceVersions order as numbers of any length do (KEP-5504)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.resourceversion import ResourceVersion, compare, newer
from dashboard.errors import InvalidResourceVersion

numbers = st.integers(min_value=1, max_value=10**60)


def version(number: int) -> ResourceVersion:
    return ResourceVersion(str(number))


@given(numbers, numbers)
def test_versions_compare_as_their_numbers_do(a: int, b: int) -> None:
    assert compare(version(a), version(b)) == (a > b) - (a < b)
    assert newer(version(a), version(b)) is (a > b)


def test_a_longer_number_is_newer() -> None:
    assert newer(ResourceVersion("10"), ResourceVersion("9"))
    assert not newer(ResourceVersion("9"), ResourceVersion("9"))


@pytest.mark.parametrize(
    "text", ["", "0", "01", "-1", "+1", "1.0", "1e3", "a", " 1", "1 ", "١", "²"]
)
def test_what_is_no_live_version_is_refused_on_either_side(text: str) -> None:
    with pytest.raises(InvalidResourceVersion):
        compare(ResourceVersion(text), ResourceVersion("1"))
    with pytest.raises(ValueError, match="not a resourceVersion"):
        compare(ResourceVersion("1"), ResourceVersion(text))
