"""The coast names as many namespaces as there is room for, and names the right ones."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.views.coast import HEIGHT, NAMED, WIDTH, Coast, Harbour, Port, draw_coast

Corners = tuple[tuple[float, float], ...]

names = st.from_regex(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?", fullmatch=True)
harbours = st.builds(
    Harbour,
    name=names,
    url=st.just("/"),
    size=st.integers(0, 5000),
    warning=st.integers(0, 40) | st.just(0),
    failing=st.integers(0, 40) | st.just(0),
)
crowds = st.lists(harbours, max_size=60, unique_by=lambda harbour: harbour.name)
clusters = st.text(min_size=1, max_size=20)


def crowd(count: int, failing: Sequence[int] = ()) -> list[Harbour]:
    """Return so many namespaces of growing size, some of them with a problem."""
    return [
        Harbour(f"team-{place:03}-mammoth", "/", place, 0, int(place in failing))
        for place in range(count)
    ]


def touch(one: Corners, other: Corners) -> bool:
    """Whether two convex shapes overlap: no edge of either separates them."""
    for shape in (one, other):
        for (ax, ay), (bx, by) in pairwise((*shape, shape[0])):
            normal = (by - ay, ax - bx)
            first = [x * normal[0] + y * normal[1] for x, y in one]
            second = [x * normal[0] + y * normal[1] for x, y in other]
            if max(first) < min(second) or max(second) < min(first):
                return False
    return True


def drawn_names(coast: Coast) -> set[str]:
    """Return the names of the harbours that are drawn."""
    return {port.harbour.name for port in coast.ports}


def is_inside(port: Port) -> bool:
    """Whether a harbour and its name lie in the box."""
    return all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in port.corners) and (
        0 < float(port.x) < WIDTH and 0 < float(port.y) < HEIGHT
    )


@given(clusters, crowds)
def test_no_two_names_touch_and_all_are_inside(cluster: str, found: list[Harbour]) -> None:
    ports = draw_coast(cluster, found).ports
    assert all(is_inside(port) for port in ports)
    assert not any(touch(one.corners, other.corners) for one, other in pairwise(ports))


@given(clusters, crowds)
def test_the_same_cluster_has_the_same_coast(cluster: str, found: list[Harbour]) -> None:
    assert draw_coast(cluster, found) == draw_coast(cluster, found[::-1])


def test_two_clusters_have_two_coasts() -> None:
    assert draw_coast("east", ()).chart != draw_coast("west", ()).chart


@pytest.mark.parametrize("count", [0, 1, 5, 24, 41, 400])
def test_every_namespace_is_drawn_or_counted(count: int) -> None:
    coast = draw_coast("kind", crowd(count))
    assert len(coast.ports) == min(count, NAMED)
    assert len(coast.ports) + coast.more == count
    assert coast.healthy == count


def test_names_with_problems_come_first_and_then_the_largest() -> None:
    coast = draw_coast("kind", crowd(400, failing=(3, 7)))
    largest = {f"team-{place:03}-mammoth" for place in range(400 - NAMED + 2, 400)}
    assert drawn_names(coast) == {"team-003-mammoth", "team-007-mammoth"} | largest


def test_problems_that_find_no_room_are_listed_instead() -> None:
    coast = draw_coast("kind", crowd(60, failing=range(50)))
    assert len(coast.unnamed_problems) == 50 - NAMED
    drawn = drawn_names(coast)
    assert drawn | {harbour.name for harbour in coast.unnamed_problems} == {
        harbour.name for harbour in coast.problems
    }


def test_a_line_leads_to_each_drawn_problem_and_to_nothing_else() -> None:
    coast = draw_coast("kind", crowd(10, failing=(2, 5)))
    assert [course.tone for course in coast.courses] == ["fail", "fail"]


def test_a_hidden_namespace_is_drawn_hollow_and_counts_for_nothing() -> None:
    secret = Harbour("team-secrets", "/", 0, 0, 0, is_hidden=True)
    coast = draw_coast("kind", [*crowd(3), secret])
    (hidden,) = (port for port in coast.ports if port.harbour.is_hidden)
    assert hidden.harbour.tone == "hid"
    assert coast.healthy == 3
    assert coast.problems == ()


def test_what_is_open_to_the_viewer_is_named_before_what_is_hidden() -> None:
    hidden = [Harbour(f"closed-{place}", "/", 0, 0, 0, is_hidden=True) for place in range(40)]
    assert not any(
        name.startswith("closed") for name in drawn_names(draw_coast("kind", hidden + crowd(NAMED)))
    )


def test_a_long_name_loses_its_middle_and_keeps_its_number_of_problems() -> None:
    name = "a-namespace-with-a-name-that-is-far-too-long-for-the-land-x2k4q"
    (port,) = draw_coast("kind", [Harbour(name, "/", 9, 1, 2)]).ports
    assert port.label.startswith("a-na")
    assert port.label.endswith("…x2k4q 3")
    assert name in port.title
