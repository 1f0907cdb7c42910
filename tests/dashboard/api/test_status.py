"""Which error each answer of an API server means."""

import pytest

from dashboard import errors
from dashboard.api.status import Status, StatusCause, error_from_status


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status(401, "Unauthorized"), errors.Unauthorized),
        (Status(403, "Forbidden"), errors.Forbidden),
        (Status(404, "NotFound"), errors.NotFound),
        (Status(410, "Expired"), errors.Expired),
        (Status(410, "Gone"), errors.Expired),
        (Status(410), errors.Expired),
        (Status(504, "Timeout"), errors.ServiceUnavailable),
        (Status(500, "ServerTimeout"), errors.ServiceUnavailable),
        (Status(429, "TooManyRequests"), errors.TooManyRequests),
        (Status(429), errors.TooManyRequests),
        (Status(406, "NotAcceptable"), errors.NotAcceptable),
        (Status(415, "UnsupportedMediaType"), errors.NotAcceptable),
        (Status(422, "Invalid"), errors.BadRequest),
        (Status(400, "BadRequest"), errors.BadRequest),
        (Status(405, "MethodNotAllowed"), errors.BadRequest),
        (Status(500, "InternalError"), errors.InternalError),
        (Status(500, "StorageReadError"), errors.InternalError),
        (Status(502), errors.InternalError),
        (Status(503, message="service unavailable"), errors.ServiceUnavailable),
        (Status(418, "ReasonOfTheFuture"), errors.BadRequest),
        (Status(599, "ReasonOfTheFuture"), errors.InternalError),
    ],
    ids=str,
)
def test_a_status_means_one_error(status: Status, expected: type[errors.ApiserverError]) -> None:
    assert type(error_from_status(status)) is expected


def test_the_cause_decides_before_reason_and_code() -> None:
    status = Status(504, "Timeout", causes=(StatusCause("ResourceVersionTooLarge"),))

    assert type(error_from_status(status)) is errors.TooLargeResourceVersion


@pytest.mark.parametrize(
    "status",
    [
        Status(422, "Invalid"),
        Status(500, "InternalError", "storage feature RequestWatchProgress is disabled"),
    ],
    ids=["v1.24 refuses", "etcd 3.4 cannot"],
)
def test_a_server_without_streaming_lists_is_told_apart(status: Status) -> None:
    asked = error_from_status(status, is_watch_list=True)
    not_asked = error_from_status(status)

    assert type(asked) is errors.UnprocessableWatchList
    assert type(not_asked) is not errors.UnprocessableWatchList


def test_the_error_keeps_what_was_asked_and_what_the_server_said() -> None:
    status = Status(429, "TooManyRequests", "slow down", retry_after_s=4)

    error = error_from_status(status, gvr="pods.v1", verb="list")

    assert error.params == {"gvr": "pods.v1", "verb": "list"}
    assert error.detail == "slow down"
    assert error.retry_after_s == 4
