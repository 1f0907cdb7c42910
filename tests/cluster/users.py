"""Who may talk to a test cluster: static tokens, one kubeconfig each, and the groups they carry."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.certificates import write_private


@dataclass(frozen=True, slots=True)
class User:
    """A line of the static token file."""

    name: str
    groups: tuple[str, ...] = ()
    person: bool = True
    """False for the control plane's own accounts, which get no file under users/."""


USERS = (
    User("admin", ("system:masters",)),
    User("portal"),
    User("alice", ("team-payments",)),
    User("bob", ("team-commerce", "oncall")),
    User("carol"),
    User("dave"),
    User("erin", ("auditors",)),
    User("frank", ("team-search",)),
    User("grace"),
    User("system:kube-controller-manager", person=False),
    User("system:kube-scheduler", person=False),
    User("scripted-kubelet", ("system:nodes-scripted",), person=False),
)
"""What each of the people may do is in tests/support/world/access.py; dave may do nothing."""


def hollow(node: str) -> User:
    """Return the account of one hollow node, which the Node authorizer knows."""
    return User(f"system:node:{node}", ("system:nodes",), person=False)


def issue_tokens(users: tuple[User, ...], path: Path) -> dict[str, str]:
    """Write the token file of the API server; return each user's token.

    A token that the file holds already stays, so a kubeconfig outlives a restart.
    Format: kube-apiserver --token-auth-file, that is CSV of token,user,uid,"group,group".
    """
    known = _read(path)
    tokens = {user.name: known.get(user.name, secrets.token_hex(16)) for user in users}
    lines = [
        f'{tokens[user.name]},{user.name},uid-{user.name},"{",".join(user.groups)}"'
        for user in users
    ]
    write_private(path, ("\n".join(lines) + "\n").encode())
    return tokens


def write_kubeconfig(
    path: Path, *, context: str, server: str, ca: Path, user: str, token: str
) -> None:
    """Write a kubeconfig with one context, whole in itself; JSON, which is YAML."""
    authority = base64.b64encode(ca.read_bytes()).decode()
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": context,
                "cluster": {"server": server, "certificate-authority-data": authority},
            }
        ],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": user}}],
        "current-context": context,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, (json.dumps(config, indent=2) + "\n").encode())


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    fields = (line.split(",", 2) for line in path.read_text(encoding="utf-8").splitlines())
    return {name: token for token, name, _ in fields}
