"""Who somebody is and what they may do, in the API server's own words."""

from typing import Any

from dashboard.api.gvr import GVR
from dashboard.client.transport import Review, Transport
from dashboard.wire import review as wire
from dashboard.wire.decode import decode
from dashboard.wire.review import AccessStatus, UserInfo


async def who_am_i(transport: Transport) -> UserInfo:
    """Return whom the transport's credential stands for (SelfSubjectReview, 1.28 and newer)."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = await transport.review(Review.SELF_SUBJECT, wire.encode(body))
    return decode(wire.self_subject_decoder, answer.body, of=Review.SELF_SUBJECT).status.userInfo


async def may_i(transport: Transport, gvr: GVR, verb: str, namespace: str) -> AccessStatus:
    """Ask whether the transport's own identity may `verb` in `namespace`; "" is everywhere.

    No name is ever put into the question that guards a collection (fact M10).
    """
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": _attributes(gvr, verb, namespace)},
    }
    return await _ask(transport, Review.SELF_SUBJECT_ACCESS, body)


async def may_they(
    transport: Transport, user: UserInfo, gvr: GVR, verb: str, namespace: str
) -> AccessStatus:
    """Ask the same for `user`, with the transport's right to create subjectaccessreviews.

    No uid is sent: viewers with equal names share the answer (Viewer.identity).
    """
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user.username,
            "groups": list(user.groups),
            "extra": user.extra,
            "resourceAttributes": _attributes(gvr, verb, namespace),
        },
    }
    return await _ask(transport, Review.SUBJECT_ACCESS, body)


def _attributes(gvr: GVR, verb: str, namespace: str) -> dict[str, str]:
    return {
        "group": gvr.group,
        "version": gvr.version,
        "resource": gvr.resource,
        "verb": verb,
        "namespace": namespace,
    }


async def _ask(transport: Transport, review: Review, body: dict[str, Any]) -> AccessStatus:
    answer = await transport.review(review, wire.encode(body))
    return decode(wire.access_decoder, answer.body, of=review).status
