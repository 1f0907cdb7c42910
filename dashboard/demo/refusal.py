"""What the demo says instead of an answer, in the API server's words.

Go: k8s.io/apimachinery/pkg/api/errors.
"""

from collections.abc import Mapping
from typing import Any, Final


class Refusal(Exception):
    """A Status with its HTTP code; `details` None sends none, as BadRequest does."""

    def __init__(
        self,
        code: int,
        reason: str,
        message: str,
        details: Mapping[str, Any] | None = None,
        *,
        retry_after_s: int | None = None,
    ) -> None:
        """Take what the Status says."""
        super().__init__(message)
        self.code = code
        self.retry_after_s = retry_after_s
        self.status: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message,
        }
        if reason:
            self.status["reason"] = reason
        if details is not None:
            self.status["details"] = dict(details)
        self.status["code"] = code


class Plain(Exception):
    """An answer that is text and no Status, as an aggregated API that is down sends (fact M18)."""

    def __init__(self, code: int, text: str) -> None:
        """Take code and body."""
        super().__init__(text)
        self.code = code
        self.text = text


PAGE_NOT_FOUND: Final = "404 page not found\n"
UNAVAILABLE: Final = "service unavailable\n"

_METHOD = "the server does not allow this method on the requested resource"
_UNKNOWN = "the server could not find the requested resource"


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized", "Unauthorized")


def unknown_resource() -> Refusal:
    return Refusal(404, "NotFound", _UNKNOWN, {})


def method_not_allowed() -> Refusal:
    return Refusal(405, "MethodNotAllowed", _METHOD, {})


def not_watchable(resource: str) -> Refusal:
    message = f'watch is not supported on resources of kind "{resource}"'
    return Refusal(405, "MethodNotAllowed", message, {"kind": resource})


def not_found(resource: str, group: str, name: str) -> Refusal:
    where = f"{resource}.{group}" if group else resource
    return Refusal(
        404,
        "NotFound",
        f'{where} "{name}" not found',
        _details(name=name, group=group, kind=resource),
    )


def forbidden(
    user: str, verb: str, resource: str, group: str, namespace: str, name: str
) -> Refusal:
    """Go: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters#ForbiddenStatusError."""
    plain = resource.partition("/")[0]
    where = f"{plain}.{group}" if group else plain
    what = f'{where} "{name}"' if name else where
    scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{what} is forbidden: User "{user}" cannot {verb} resource "{resource}" '
        f'in API group "{group}" {scope}'
    )
    return Refusal(403, "Forbidden", message, _details(name=name, group=group, kind=plain))


def forbidden_path(user: str, verb: str, path: str) -> Refusal:
    message = f'forbidden: User "{user}" cannot {verb} path "{path}"'
    return Refusal(403, "Forbidden", message, {})


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


def invalid_options(field: str, message: str) -> Refusal:
    text = f"Forbidden: {message}"
    cause = {"reason": "FieldValueForbidden", "message": text, "field": field}
    details = {"group": "meta.k8s.io", "kind": "ListOptions", "causes": [cause]}
    return Refusal(
        422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {field}: {text}', details
    )


def expired(message: str) -> Refusal:
    return Refusal(410, "Expired", message)


def too_large(asked: int, current: int) -> Refusal:
    """Go: k8s.io/apiserver/pkg/storage#NewTooLargeResourceVersionError."""
    cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
    return Refusal(
        504,
        "Timeout",
        f"Timeout: Too large resource version: {asked}, current: {current}",
        {"causes": [cause], "retryAfterSeconds": 1},
        retry_after_s=1,
    )


def not_acceptable(available: str) -> Refusal:
    message = f"406: Not Acceptable\n\nAvailable representations: {available}"
    return Refusal(406, "NotAcceptable", message, {})


def _details(**parts: str) -> dict[str, str]:
    return {key: value for key, value in parts.items() if value}
