"""The API server's Status, and the error of ours that it means.

Go: k8s.io/apimachinery/pkg/apis/meta/v1#Status, k8s.io/apimachinery/pkg/api/errors#FromObject.
"""

from dataclasses import dataclass

from dashboard import errors


@dataclass(frozen=True, slots=True)
class StatusCause:
    """One entry of details.causes."""

    type: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """What the API server says instead of an answer.

    `code` is the HTTP status, also for an ERROR event. A body that is no Status (an aggregated API
    that is down answers in plain text: fact M18) is a Status with `reason` "" and that text.
    `retry_after_s` is details.retryAfterSeconds, or the Retry-After header; None when neither came.
    """

    code: int
    reason: str = ""
    message: str = ""
    causes: tuple[StatusCause, ...] = ()
    retry_after_s: float | None = None


BY_REASON: dict[str, type[errors.ApiserverError]] = {
    "Unauthorized": errors.Unauthorized,
    "Forbidden": errors.Forbidden,
    "NotFound": errors.NotFound,
    "Expired": errors.Expired,
    "Gone": errors.Expired,
    "TooManyRequests": errors.TooManyRequests,
    "NotAcceptable": errors.NotAcceptable,
    "UnsupportedMediaType": errors.NotAcceptable,
    "InternalError": errors.InternalError,
    "StorageReadError": errors.InternalError,
    "ServerTimeout": errors.ServiceUnavailable,
    "ServiceUnavailable": errors.ServiceUnavailable,
    "Timeout": errors.ServiceUnavailable,
}
"""Go: the StatusReason constants of k8s.io/apimachinery/pkg/apis/meta/v1; others go by code."""

BY_CODE: dict[int, type[errors.ApiserverError]] = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    406: errors.NotAcceptable,
    410: errors.Expired,
    415: errors.NotAcceptable,
    429: errors.TooManyRequests,
    503: errors.ServiceUnavailable,
    504: errors.ServiceUnavailable,
}
"""Go: k8s.io/apimachinery/pkg/api/errors#NewGenericServerResponse."""

CAUSE_TOO_LARGE = "ResourceVersionTooLarge"
"""Go: k8s.io/apimachinery/pkg/apis/meta/v1#CauseTypeResourceVersionTooLarge."""

NO_PROGRESS_REQUESTS = "RequestWatchProgress is disabled"
"""Words of a server whose etcd cannot serve WatchList. Source: fact M7, trap T5."""


def error_from_status(
    status: Status, *, gvr: object = "", verb: str = "", is_watch_list: bool = False
) -> errors.ApiserverError:
    """Return the error that `status` means for a request of `verb` on `gvr`.

    The cause decides first, then the reason, then the code. With `is_watch_list` (the request
    carried sendInitialEvents) the refusals that older servers and older etcds give to it become
    UnprocessableWatchList.
    """
    return _type_of(status, is_watch_list=is_watch_list)(
        gvr=gvr, verb=verb, detail=status.message or None, retry_after_s=status.retry_after_s
    )


def _type_of(status: Status, *, is_watch_list: bool) -> type[errors.ApiserverError]:
    if any(cause.type == CAUSE_TOO_LARGE for cause in status.causes):
        return errors.TooLargeResourceVersion
    if is_watch_list and (status.code == 422 or NO_PROGRESS_REQUESTS in status.message):
        return errors.UnprocessableWatchList
    found = BY_REASON.get(status.reason) or BY_CODE.get(status.code)
    if found is not None:
        return found
    return errors.InternalError if status.code >= 500 else errors.BadRequest
