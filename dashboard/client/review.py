"""Who somebody is and what they may do, in the API server's own words."""

from typing import Any, Final

from dashboard.api.credential import BearerToken
from dashboard.api.gvr import GVR
from dashboard.api.viewer import Identity
from dashboard.client.transport import Review, Transport
from dashboard.errors import Unauthorized
from dashboard.wire import review as wire
from dashboard.wire.decode import decode
from dashboard.wire.review import AccessStatus, UserInfo

SELF_SUBJECT_REVIEWS: Final = GVR("authentication.k8s.io", "v1", "selfsubjectreviews")
"""Served by 1.28 and newer. Discovery says so: where it is not, who may not ask gets 403, not 404."""


async def who_am_i(transport: Transport) -> UserInfo:
    """Return whom the transport's credential stands for, on servers with SELF_SUBJECT_REVIEWS."""
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    answer = await transport.review(Review.SELF_SUBJECT, wire.encode(body))
    return decode(wire.self_subject_decoder, answer.body, of=Review.SELF_SUBJECT).status.userInfo


async def who_has(transport: Transport, token: BearerToken) -> UserInfo:
    """Return whose `token` it is, with the transport's right to create tokenreviews.

    For servers without SELF_SUBJECT_REVIEWS. Raises Unauthorized for a token of nobody.
    """
    body = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token},
    }
    answer = await transport.review(Review.TOKEN, wire.encode(body))
    status = decode(wire.token_decoder, answer.body, of=Review.TOKEN).status
    if not status.authenticated:
        raise Unauthorized(gvr=Review.TOKEN, verb="create")
    return status.user


async def may_i(
    transport: Transport, gvr: GVR, verb: str, namespace: str, name: str = ""
) -> AccessStatus:
    """Ask whether the transport's own identity may `verb` in `namespace`; "" is everywhere.

    `name` is for one object, and never in the question that guards a collection (fact M10).
    """
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": _attributes(gvr, verb, namespace, name)},
    }
    return await _ask(transport, Review.SELF_SUBJECT_ACCESS, body)


async def may_they(
    transport: Transport, who: Identity, gvr: GVR, verb: str, namespace: str, name: str = ""
) -> AccessStatus:
    """Ask the same for `who`, with the transport's right to create subjectaccessreviews."""
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": who.user,
            "uid": who.uid,
            "groups": who.groups,
            "extra": dict(who.extra),
            "resourceAttributes": _attributes(gvr, verb, namespace, name),
        },
    }
    return await _ask(transport, Review.SUBJECT_ACCESS, body)


def _attributes(gvr: GVR, verb: str, namespace: str, name: str) -> dict[str, str]:
    return {
        "name": name,
        "group": gvr.group,
        "version": gvr.version,
        "resource": gvr.resource,
        "verb": verb,
        "namespace": namespace,
    }


async def _ask(transport: Transport, review: Review, body: dict[str, Any]) -> AccessStatus:
    answer = await transport.review(review, wire.encode(body))
    return decode(wire.access_decoder, answer.body, of=review).status
