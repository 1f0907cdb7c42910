"""The sign-in form as its template prints it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

CLUSTER = re.compile(r"^(?:/zh-hans)?/c/([a-z0-9-]{1,300})(?:/|$)")
"""Where an address names its cluster: a token is for one, and never sent to another."""

WHY: Mapping[str, str] = {
    "sign_in_needed": gettext_noop(
        "Sign in to %(cluster)s to see what your own rights show there."
    ),
    "token_refused": gettext_noop(
        "The API server of %(cluster)s no longer takes your token: it expired or was withdrawn. "
        "Fetch a new one, then sign in again."
    ),
}
"""Why somebody who is let in was sent here, by the code of the error."""


@dataclass(frozen=True, slots=True)
class Login:
    """The form: `cluster` "" is the one shown first, `message` "" says that nothing is wrong."""

    cluster: str
    next: str
    message: str

    @classmethod
    def read(cls, asked: Mapping[str, str], message: str) -> "Login":
        """Return the form that a query or an earlier form asks for."""
        return cls(asked.get("cluster", "").strip()[:300], asked.get("next", "/"), message)

    @classmethod
    def to(cls, address: str) -> "Login":
        """Return the form of a stranger who wanted to see `address`."""
        return cls(cluster_of(address), address, "")

    def refused(self, message: str) -> "Login":
        """Return the same form, saying why it comes again."""
        return replace(self, message=message)


def cluster_of(address: str) -> str:
    """Return the cluster that an address names, "" for none."""
    found = CLUSTER.match(address)
    return found[1] if found else ""


def message_of(why: str, cluster: str) -> str:
    """Return the words of a code, "" for one that is not known."""
    template = WHY.get(why)
    return _(template) % {"cluster": cluster} if template else ""
