"""Bearer tokens that a visitor signed in with: in the server's session, encrypted, one per cluster.

What reaches the browser is the session's id alone. The key comes from SECRET_KEY, so whoever reads
the database without it reads no token, and a new one signs everybody out.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string

from dashboard.api.credential import BearerToken
from dashboard.api.viewer import Introduction

SESSION_KEY = "portolan.tokens"
TOKEN_LIMIT = 16 * 1024
"""Characters of the longest token that is taken; an API server's header limit is of this order."""


async def keep(session: SessionBase, cluster: str, token: BearerToken, user: str) -> None:
    """Remember `token`, whose bearer `cluster` calls `user`, under a new session id."""
    kept = dict(await session.aget(SESSION_KEY, {}))
    kept[cluster] = {"token": _cipher().encrypt(token.encode()).decode(), "user": user}
    await session.acycle_key()  # a planted one gains nothing
    await session.aset(SESSION_KEY, kept)


async def kept(session: SessionBase) -> dict[str, BearerToken]:
    """Return the tokens of this visitor by cluster; none that cannot be decrypted any more."""
    found: dict[str, BearerToken] = {}
    for cluster, one in dict(await session.aget(SESSION_KEY, {})).items():
        try:
            found[cluster] = BearerToken(_cipher().decrypt(one["token"].encode()).decode())
        except (InvalidToken, KeyError, TypeError, AttributeError):
            continue
    return found


def users(session: SessionBase) -> Mapping[str, str]:
    """Return what each cluster called this visitor when they signed in."""
    found: Mapping[str, Mapping[str, str]] = session.get(SESSION_KEY, {})
    return {cluster: one.get("user", "") for cluster, one in found.items()}


async def introduce(cluster: str, token: str) -> Introduction:
    """Return what `cluster` ("" is the one shown first) says of the bearer of `token`; never raises."""
    found: Introduction = await _introducer()(cluster, token)
    return found


@cache
def _introducer() -> Callable[[str, str], Awaitable[Introduction]]:
    """Return settings.INTRODUCE: accounts know no cluster, so it is named there and not imported."""
    found: Callable[[str, str], Awaitable[Introduction]] = import_string(settings.INTRODUCE)
    return found


def _cipher() -> Fernet:
    key = salted_hmac(SESSION_KEY, settings.SECRET_KEY, algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
