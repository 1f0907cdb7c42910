"""The laptop door: a link with a secret, printed at start, lets one browser in.

Notebook servers do the same: other users of the machine can reach a loopback port, but cannot read
the terminal nor a file of mode 0600.
"""

import secrets
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from dashboard.api.credential import Credential, OwnCredential
from portal.env import secret_file

PARAMETER = "key"
SESSION_KEY = "portolan.door"


def secret() -> str:
    """Return the secret of the printed link; it stays the same until its file is deleted."""
    return secret_file(
        Path(settings.ENVIRONMENT.data) / "link-secret", lambda: secrets.token_urlsafe(24)
    )


def link(origin: str) -> str:
    """Return the address that opens the door; `origin` is scheme, host and port."""
    return f"{origin}/?{urlencode({PARAMETER: secret()})}"


def fits(key: str) -> bool:
    """Return whether `key` is the secret of the printed link."""
    return constant_time_compare(key, secret())


async def let_in(session: SessionBase) -> None:
    """Remember the visitor, under a new session id so that a planted one gains nothing."""
    await session.acycle_key()
    await session.aset(SESSION_KEY, value=True)


async def credential(session: SessionBase | None) -> Credential | None:
    """Return what this visitor may act with on clusters, or None for a stranger.

    With PORTOLAN_AUTH=none everybody on the machine is let in as the kubeconfig's own identity.
    """
    if settings.ENVIRONMENT.auth == "none":
        return OwnCredential()
    if session is not None and await session.aget(SESSION_KEY) is True:
        return OwnCredential()
    return None
