"""The five reviews: the only POSTs that the demo answers, and they change nothing."""

import json
from collections.abc import Mapping
from typing import Any, Final

from dashboard.demo.policy import DEMO, Attributes, Policy, Subject
from dashboard.demo.refusal import Refusal, bad_request

Review = dict[str, Any]

TOKEN: Final = "demo"  # noqa: S105  (there is nothing behind it)
"""The bearer token of the demo's one user."""

PATHS: Final = {
    "/apis/authorization.k8s.io/v1/subjectaccessreviews": "SubjectAccessReview",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": "SelfSubjectAccessReview",
    "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews": "SelfSubjectRulesReview",
    "/apis/authentication.k8s.io/v1/selfsubjectreviews": "SelfSubjectReview",
    "/apis/authentication.k8s.io/v1/tokenreviews": "TokenReview",
}


def answer(kind: str, body: bytes, policy: Policy, subject: Subject, now: str) -> Review:
    """Return the review with its status. Raises Refusal; `now` is the time, as the API writes it."""
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise bad_request(f"the object provided is unrecognized: {error}") from error
    if not isinstance(asked, dict) or asked.get("kind") != kind:
        raise bad_request("the object provided is unrecognized (must be of type " + kind + ")")
    spec = asked.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    review: Review = {"kind": kind, "apiVersion": asked.get("apiVersion", ""), "metadata": {}}
    if kind == "SelfSubjectReview":
        review["metadata"] = {"creationTimestamp": now}
        return {**review, "status": {"userInfo": _user(subject)}}
    return {**review, "spec": spec, "status": _status(kind, spec, policy, subject)}


def _status(
    kind: str, spec: Mapping[str, Any], policy: Policy, subject: Subject
) -> Mapping[str, Any]:
    if kind == "TokenReview":
        if spec.get("token") == TOKEN:
            return {"authenticated": True, "user": _user(DEMO)}
        return {"user": {}, "error": "invalid bearer token"}
    if kind == "SelfSubjectRulesReview":
        rules = policy.rules(subject, str(spec.get("namespace", "")))
        return {
            "resourceRules": [rule for rule in rules if "resources" in rule],
            "nonResourceRules": [rule for rule in rules if "nonResourceURLs" in rule],
            "incomplete": False,
        }
    if kind == "SubjectAccessReview":
        groups = tuple(spec.get("groups") or ())
        if not spec.get("user") and not groups:
            raise _invalid(
                'spec.user: Invalid value: "": at least one of user or group must be specified'
            )
        subject = Subject(str(spec.get("user", "")), groups)
    found = policy.ask(subject, _attributes(spec))
    return {"allowed": found.is_allowed, **({"reason": found.reason} if found.reason else {})}


def _attributes(spec: Mapping[str, Any]) -> Attributes:
    asked, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if (asked is None) is (path is None):
        raise _invalid(
            "spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes "
            "or resourceAttributes must be specified"
        )
    if asked is None:
        path = path or {}
        return Attributes(path.get("verb", ""), path=path.get("path", ""))
    resource, sub = asked.get("resource", ""), asked.get("subresource", "")
    return Attributes(
        asked.get("verb", ""),
        asked.get("group", ""),
        f"{resource}/{sub}" if sub else resource,
        asked.get("namespace", ""),
        asked.get("name", ""),
    )


def _user(subject: Subject) -> Mapping[str, Any]:
    return {"username": subject.user, "uid": f"uid-{subject.user}", "groups": list(subject.groups)}


def _invalid(message: str) -> Refusal:
    return Refusal(
        422,
        "Invalid",
        f'.authorization.k8s.io "" is invalid: {message}',
        {"group": "authorization.k8s.io"},
    )
