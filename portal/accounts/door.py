"""Who is let in: by PORTOLAN_AUTH=link a browser that opened a link with a secret, printed at start.

Notebook servers do the same: other users of the machine can reach a loopback port, but cannot read
the terminal nor a file of mode 0600.
"""

from importlib import import_module
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare, salted_hmac

from dashboard.api.credential import Credential, OwnCredential, TokenCredential
from portal.accounts import tokens
from portal.secretfile import secret_file

PARAMETER = "key"
SESSION_KEY = "portolan.door"
SECRET_BYTES = 24


def secret() -> str:
    """Return the secret of the printed link; it stays the same until its file is deleted.

    Raises NoSecret when the file cannot be had.
    """
    return secret_file(Path(settings.ENVIRONMENT.data) / "link-secret", SECRET_BYTES)


def link(origin: str) -> str:
    """Return the address that opens the door; `origin` is scheme, host and port."""
    return f"{origin}/?{urlencode({PARAMETER: secret()})}"


def fits(key: str) -> bool:
    """Return whether `key` is the secret of the printed link."""
    return constant_time_compare(key, secret())


async def let_in(session: SessionBase) -> None:
    """Remember the visitor, under a new session id so that a planted one gains nothing."""
    await session.acycle_key()
    await session.aset(SESSION_KEY, _stamp())


async def credential(session: SessionBase | None) -> Credential | None:
    """Return what this visitor may act with on clusters, or None for a stranger.

    With PORTOLAN_AUTH=none everybody on the machine is let in as the kubeconfig's own identity; with
    token a visitor has what they signed in with.
    """
    auth = settings.ENVIRONMENT.auth
    if auth == "none":
        return OwnCredential()
    if session is None:
        return None
    if auth == "token":
        held = await tokens.kept(session)
        return TokenCredential(held) if held else None
    shown = await session.aget(SESSION_KEY)
    if isinstance(shown, str) and constant_time_compare(shown, _stamp()):
        return OwnCredential()
    return None


def reopened(session: SessionBase | None) -> SessionBase | None:
    """Return the session as it is stored by now, which may be empty: its owner may have left."""
    if session is None or session.session_key is None:
        return None
    store: type[SessionBase] = import_module(settings.SESSION_ENGINE).SessionStore
    return store(session.session_key)


def _stamp() -> str:
    """Return what a session holds that came in by the present secret: a new one ends them all."""
    return salted_hmac(SESSION_KEY, secret(), algorithm="sha256").hexdigest()
