"""Viewer: who is looking, as the API server would name them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from dashboard.errors import ClusterError, IdentityRefused, gettext_noop

Extra: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]
"""userInfo.extra: sorted by key, keys in lower case, values in the order given."""

RESERVED_PREFIX: Final = "system:"
ANONYMOUS_USER: Final = "system:anonymous"
UNAUTHENTICATED_GROUP: Final = "system:unauthenticated"
AUTHENTICATED_GROUP: Final = "system:authenticated"


class Source(StrEnum):
    """Who vouches for a viewer's names."""

    KUBECONFIG = "kubeconfig"
    """The API server: the kubeconfig's own identity, read by SelfSubjectReview."""
    TOKEN = "token"  # noqa: S105 -- the word, not a token
    """The API server: a bearer token of the viewer's, read by SelfSubjectReview."""
    LOCAL = "local"
    """An administrator, who mapped a local account."""
    OIDC = "oidc"
    """An identity provider, with the configured prefixes put on."""
    HEADER = "header"
    """A trusted proxy."""
    ANONYMOUS = "anonymous"
    """Nobody: what the API server calls a request without a credential."""

    @property
    def is_the_api_server(self) -> bool:
        """Whether the API server itself said the names, so that `system:` ones are true."""
        return self in {Source.KUBECONFIG, Source.TOKEN}


def _refuse_unfit(name: str) -> None:
    if not name or name != name.strip() or not name.isprintable():
        raise IdentityRefused(
            reason=gettext_noop("A name is blank or holds unprintable characters.")
        )


class Identity(NamedTuple):
    """What rights depend on: viewers with an equal Identity share every answer.

    It is all that a review sends, so that no two questions that differ have one answer.
    """

    user: str
    uid: str
    groups: tuple[str, ...]
    extra: Extra


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user name with the groups and extra that the API server decides by.

    Always fit to be sent upstream: raises IdentityRefused for a blank or unprintable name, since a
    blank one would act as the portal's own account (fact M2, CVE-2026-23990), and for `system:`
    names that the API server did not say itself (fact M3). `uid` is "" where there is none.
    """

    user: str
    source: Source
    uid: str = ""
    groups: frozenset[str] = frozenset()
    extra: Extra = ()

    def __post_init__(self) -> None:
        for name in (self.user, *self.groups, *(key for key, _ in self.extra)):
            _refuse_unfit(name)
        if self.source is Source.ANONYMOUS:
            if self.user != ANONYMOUS_USER or self.groups != {UNAUTHENTICATED_GROUP}:
                raise IdentityRefused(reason=gettext_noop("Nobody has no name and no groups."))
        elif not self.source.is_the_api_server:
            self._refuse_reserved()

    def _refuse_reserved(self) -> None:
        # Compared without case, so that no proxy or provider that folds it opens a way around.
        for name in (self.user, *self.groups):
            if name.lower().startswith(RESERVED_PREFIX):
                raise IdentityRefused(
                    reason=gettext_noop("Names that begin with system: are the cluster's own.")
                )

    @property
    def identity(self) -> Identity:
        """The key by which answers about rights are shared; equal keys, equal questions."""
        return Identity(self.user, self.uid, self.review_groups, self.extra)

    @property
    def review_groups(self) -> tuple[str, ...]:
        """The groups for a SubjectAccessReview, sorted.

        What the API server said stands. To names from others system:authenticated is added, which
        the server adds at each login and impersonation but not to a review
        (Go: k8s.io/apiserver/pkg/endpoints/filters#WithImpersonation).
        """
        is_complete = self.source.is_the_api_server or self.source is Source.ANONYMOUS
        added = frozenset() if is_complete else {AUTHENTICATED_GROUP}
        return tuple(sorted(self.groups | added))


ANONYMOUS: Final = Viewer(
    ANONYMOUS_USER, Source.ANONYMOUS, groups=frozenset({UNAUTHENTICATED_GROUP})
)
"""The viewer who brought no credential; sees what the cluster shows to anyone."""


def freeze_extra(extra: Mapping[str, Iterable[str]]) -> Extra:
    """Return `extra` sorted, with its keys in lower case as a review wants them.

    Raises IdentityRefused if two keys differ in case alone.
    """
    frozen = tuple(sorted((key.lower(), tuple(values)) for key, values in extra.items()))
    if len({key for key, _ in frozen}) != len(frozen):
        raise IdentityRefused(reason=gettext_noop("Two extra fields have one name."))
    return frozen


Trouble: TypeAlias = ClusterError
"""Why a cluster introduces nobody."""


@dataclass(frozen=True, slots=True)
class Introduction:
    """What a cluster answered to somebody who showed a token: a name, or why there is none."""

    cluster: str
    user: str = ""
    trouble: Trouble | None = None
