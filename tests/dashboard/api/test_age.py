"""Ages read as kubectl prints them, at every boundary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.age import human_duration, parse_human, short_human_duration

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400

BOUNDARIES = [
    (-3_000, "<invalid>", "<invalid>"),
    (-2_000, "<invalid>", "<invalid>"),
    (-1_999, "0s", "0s"),
    (-1_000, "0s", "0s"),
    (-999, "0s", "0s"),
    (-1, "0s", "0s"),
    (0, "0s", "0s"),
    (999, "0s", "0s"),
    (1_000, "1s", "1s"),
    (59_000, "59s", "59s"),
    (60_000, "60s", "1m"),
    (119_000, "119s", "1m"),
    (119_999, "119s", "1m"),
    (120_000, "2m", "2m"),
    (121_000, "2m1s", "2m"),
    (599_000, "9m59s", "9m"),
    (599_999, "9m59s", "9m"),
    (600_000, "10m", "10m"),
    (659_000, "10m", "10m"),
    (660_000, "11m", "11m"),
    (10_799_000, "179m", "2h"),
    (10_800_000, "3h", "3h"),
    (10_860_000, "3h1m", "3h"),
    (28_799_000, "7h59m", "7h"),
    (28_800_000, "8h", "8h"),
    (86_399_000, "23h", "23h"),
    (86_400_000, "24h", "1d"),
    (172_799_000, "47h", "1d"),
    (172_800_000, "2d", "2d"),
    (176_400_000, "2d1h", "2d"),
    (691_199_000, "7d23h", "7d"),
    (691_200_000, "8d", "8d"),
    (31_535_999_000, "364d", "364d"),
    (31_536_000_000, "365d", "1y"),
    (63_071_999_000, "729d", "1y"),
    (63_072_000_000, "2y", "2y"),
    (63_158_400_000, "2y1d", "2y"),
    (252_287_999_000, "7y364d", "7y"),
    (252_288_000_000, "8y", "8y"),
    (283_824_000_000, "9y", "9y"),
]
"""(milliseconds, HumanDuration, ShortHumanDuration) printed by k8s.io/apimachinery v0.36.3."""

any_age = st.one_of(
    st.integers(min_value=-1, max_value=10**4),
    st.integers(min_value=-1, max_value=10**6),
    st.integers(min_value=-1, max_value=40 * YEAR),
)


@pytest.mark.parametrize(("duration_ms", "human", "short"), BOUNDARIES)
def test_a_duration_reads_as_go_prints_it(duration_ms: int, human: str, short: str) -> None:
    assert human_duration(duration_ms) == human
    assert short_human_duration(duration_ms) == short


@given(any_age, st.integers(min_value=0, max_value=999))
def test_an_age_lies_in_the_range_that_its_text_is_read_as(seconds: int, rest_ms: int) -> None:
    duration_ms = seconds * 1000 + (rest_ms if seconds >= 0 else 0)

    bounds = parse_human(human_duration(duration_ms))

    assert bounds is not None
    assert bounds[0] <= seconds <= bounds[1]


@given(any_age)
def test_a_range_holds_only_ages_with_that_text(seconds: int) -> None:
    text = human_duration(seconds * 1000)
    low, high = parse_human(text) or (0, 0)

    assert human_duration(low * 1000) == human_duration(high * 1000) == text
    assert human_duration((high + 1) * 1000) != text
    assert low == -1 or human_duration((low - 1) * 1000) != text


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("0s", (-1, 0)),
        ("119s", (119, 119)),
        ("2m", (120, 120)),
        ("5m3s", (303, 303)),
        ("10m", (10 * MINUTE, 11 * MINUTE - 1)),
        ("3h", (3 * HOUR, 3 * HOUR + MINUTE - 1)),
        ("47h", (47 * HOUR, 48 * HOUR - 1)),
        ("3d4h", (3 * DAY + 4 * HOUR, 3 * DAY + 5 * HOUR - 1)),
        ("2y", (2 * YEAR, 2 * YEAR + DAY - 1)),
        ("2y10d", (2 * YEAR + 10 * DAY, 2 * YEAR + 11 * DAY - 1)),
        ("9y", (9 * YEAR, 10 * YEAR - 1)),
        ("1h", (HOUR, 2 * HOUR - 1)),
        ("1y", (YEAR, 2 * YEAR - 1)),
    ],
)
def test_a_text_is_read_as_the_ages_that_print_it(text: str, bounds: tuple[int, int]) -> None:
    assert parse_human(text) == bounds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<invalid>",
        "<unknown>",
        "5",
        "m",
        "5m 3s",
        "3s5m",
        "5m60s",
        "1d1d",
        "120s",
        "25h61m",
        "-5m",
        "٣m",
        "1.5h",
        "3m3m",
        "99999999999d",
    ],
)
def test_what_no_server_prints_is_no_age(text: str) -> None:
    assert parse_human(text) is None
