"""ListOptions speak the server's spelling and refuse what it would refuse."""

import pytest

from dashboard.api.listoptions import ListOptions, ResourceVersionMatch
from dashboard.errors import InvalidListOptions

EXACT = ResourceVersionMatch.EXACT
NOT_OLDER_THAN = ResourceVersionMatch.NOT_OLDER_THAN


def test_nothing_is_sent_that_was_not_set() -> None:
    assert ListOptions().query() == []
    assert ListOptions().query(watch=True) == [("watch", "true")]


def test_a_list_is_spelled_as_the_server_spells_it() -> None:
    options = ListOptions(
        limit=500,
        resource_version="7",
        resource_version_match=EXACT,
        label_selector="app=web,tier in (a,b)",
        field_selector="metadata.name=x",
        allow_watch_bookmarks=True,
        timeout_seconds=30,
    )

    assert options.query() == [
        ("limit", "500"),
        ("resourceVersion", "7"),
        ("resourceVersionMatch", "Exact"),
        ("timeoutSeconds", "30"),
        ("labelSelector", "app=web,tier in (a,b)"),
        ("fieldSelector", "metadata.name=x"),
    ]


def test_a_streaming_list_is_spelled_as_the_server_spells_it() -> None:
    options = ListOptions(
        resource_version="0",
        resource_version_match=NOT_OLDER_THAN,
        send_initial_events=True,
        allow_watch_bookmarks=True,
    )

    assert options.query(watch=True) == [
        ("watch", "true"),
        ("resourceVersion", "0"),
        ("resourceVersionMatch", "NotOlderThan"),
        ("sendInitialEvents", "true"),
        ("allowWatchBookmarks", "true"),
    ]


@pytest.mark.parametrize(
    ("options", "watch"),
    [
        (ListOptions(resource_version_match=EXACT), False),
        (ListOptions(resource_version_match=EXACT, resource_version="0"), False),
        (ListOptions(resource_version_match=EXACT, resource_version="7", continue_="t"), False),
        (ListOptions(resource_version="7", continue_="t"), False),
        (ListOptions(send_initial_events=True), False),
        (ListOptions(send_initial_events=False), False),
        (ListOptions(send_initial_events=True), True),
        (ListOptions(send_initial_events=True, resource_version_match=EXACT), True),
        (ListOptions(resource_version_match=NOT_OLDER_THAN), True),
        (ListOptions(resource_version_match=EXACT, resource_version="7"), True),
        (
            ListOptions(
                resource_version_match=NOT_OLDER_THAN, send_initial_events=True, continue_="t"
            ),
            True,
        ),
        (ListOptions(limit=-1), False),
        (ListOptions(timeout_seconds=-1), True),
        (ListOptions(resource_version="abc"), True),
        (ListOptions(resource_version="-1"), False),
    ],
    ids=str,
)
def test_what_the_server_refuses_is_never_sent(options: ListOptions, watch: bool) -> None:
    with pytest.raises(InvalidListOptions):
        options.query(watch=watch)


@pytest.mark.parametrize(
    ("options", "watch"),
    [
        (ListOptions(resource_version="0", continue_="t", limit=5), False),
        (ListOptions(resource_version="0", resource_version_match=NOT_OLDER_THAN), False),
        (ListOptions(resource_version_match=NOT_OLDER_THAN, send_initial_events=True), True),
        (ListOptions(resource_version_match=NOT_OLDER_THAN, send_initial_events=False), True),
    ],
    ids=str,
)
def test_what_the_server_accepts_is_sent(options: ListOptions, watch: bool) -> None:
    assert options.query(watch=watch)
