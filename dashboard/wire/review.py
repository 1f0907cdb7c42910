"""The five reviews: questions that are POSTed because they have a body, and that store nothing."""

from typing import Any

import msgspec


class UserInfo(msgspec.Struct, frozen=True):
    """Who the API server says somebody is. Go: k8s.io/api/authentication/v1#UserInfo."""

    username: str = ""
    uid: str = ""
    groups: list[str] | None = None
    extra: dict[str, list[str]] | None = None


class _SelfSubjectStatus(msgspec.Struct, frozen=True):
    userInfo: UserInfo = UserInfo()  # noqa: N815  (the server's spelling)


class SelfSubjectReview(msgspec.Struct, frozen=True):
    """The answer to "who am I?"."""

    status: _SelfSubjectStatus


class _TokenStatus(msgspec.Struct, frozen=True):
    authenticated: bool = False
    user: UserInfo = UserInfo()


class TokenReview(msgspec.Struct, frozen=True):
    """The answer to "whose token is this?"."""

    status: _TokenStatus = _TokenStatus()


class AccessStatus(msgspec.Struct, frozen=True):
    """The answer to "may they?"; `denied` is an explicit no, `reason` the authorizer's own words."""

    allowed: bool = False
    denied: bool = False
    reason: str = ""
    evaluationError: str = ""  # noqa: N815


class AccessReview(msgspec.Struct, frozen=True):
    """SubjectAccessReview or SelfSubjectAccessReview, answered."""

    status: AccessStatus = AccessStatus()


self_subject_decoder = msgspec.json.Decoder(SelfSubjectReview)
token_decoder = msgspec.json.Decoder(TokenReview)
access_decoder = msgspec.json.Decoder(AccessReview)


def encode(body: dict[str, Any]) -> bytes:
    """Return `body` as the JSON that is sent."""
    return msgspec.json.encode(body)
