"""What a visitor brings to a cluster, before the cluster has said who that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

BearerToken = NewType("BearerToken", str)
"""A secret: never in a log, an address, a cookie or an error."""


@dataclass(frozen=True, slots=True)
class OwnCredential:
    """The portal's own kubeconfig identity: on a laptop, visitor and operator are one person."""


@dataclass(frozen=True, slots=True)
class TokenCredential:
    """The bearer tokens that the visitor signed in with, by the slug of the one cluster of each."""

    tokens: Mapping[str, BearerToken] = field(repr=False)


Credential = OwnCredential | TokenCredential
"""Mapped identities join this union with the modes that bring them."""
