"""What a visitor brings to a cluster, before the cluster has said who that is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnCredential:
    """The portal's own kubeconfig identity: on a laptop, visitor and operator are one person."""


Credential = OwnCredential
"""Bearer tokens and mapped identities join this union with the modes that bring them."""
