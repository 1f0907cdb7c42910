"""ConfigMaps, and Secrets whose every value is a canary."""

from __future__ import annotations

import base64
import json

from tests.support.world.manifest import Object, make
from tests.support.world.town import APPS

CANARY = "portolan-secret-canary"
"""Begins every secret value of the world: text that may be seen nowhere but in an API answer to its owner."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def canary(namespace: str, name: str, key: str) -> str:
    """Return the value of one key of one Secret."""
    return f"{CANARY}-{namespace}-{name}-{key}"


def configmaps() -> list[Object]:
    """Return one ConfigMap per app, and one that is immutable."""
    made = []
    for namespace, apps in APPS.items():
        for app in apps:
            data = {
                "LOG_LEVEL": "info",
                "UPSTREAM": f"http://{apps[0]}.{namespace}.svc:80",
                "app.yaml": f"name: {app}\nlisten: 0.0.0.0:8080\nshutdown: 20s\n",
            }
            made.append(make("v1", "ConfigMap", f"{app}-config", namespace, data=data))
    made.append(make("v1", "ConfigMap", "ledger-config", "payments", data={"CURRENCY": "EUR"}))
    made.append(make("v1", "ConfigMap", "price-table", "pricing", data={"v": "3"}, immutable=True))
    return made


def secrets() -> list[Object]:
    """Return Secrets of every common type; one carries its values in last-applied as well."""
    registry = {"auths": {"registry.harbour.example": {"auth": canary("payments", "pull", "auth")}}}
    return [
        _secret("database", "payments", {"username": "ledger", "password": ""}, applied=True),
        _secret("stripe-webhook", "payments", {"signing-key": ""}),
        _secret("cart-redis", "checkout", {"password": ""}),
        _secret("session-keys", "identity", {"current": "", "previous": ""}),
        _secret(
            "wildcard-tls", "edge-ingress", {"tls.crt": "", "tls.key": ""}, "kubernetes.io/tls"
        ),
        _secret(
            "admin-login",
            "monitoring",
            {"username": "admin", "password": ""},
            "kubernetes.io/basic-auth",
        ),
        _secret("deploy-key", "gitops", {"ssh-privatekey": ""}, "kubernetes.io/ssh-auth"),
        _secret(
            "pull",
            "payments",
            {".dockerconfigjson": json.dumps(registry)},
            "kubernetes.io/dockerconfigjson",
        ),
        _secret("root-of-trust", "team-secrets", {"seed": ""}, applied=True),
    ]


def token() -> Object:
    """Return a long-lived token; the token controller deletes it if its account is not there yet."""
    return make(
        "v1",
        "Secret",
        "legacy-robot-token",
        "ci-runners",
        annotations={"kubernetes.io/service-account.name": "default"},
        type="kubernetes.io/service-account-token",
    )


def _secret(
    name: str, namespace: str, data: dict[str, str], kind: str = "Opaque", *, applied: bool = False
) -> Object:
    """Return a Secret; an empty value stands for its canary."""
    plain = {key: value or canary(namespace, name, key) for key, value in data.items()}
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}
    secret = make("v1", "Secret", name, namespace, type=kind, data=encoded)
    if applied:
        source = {**make("v1", "Secret", name, namespace), "stringData": plain}
        secret["metadata"]["annotations"] = {LAST_APPLIED: json.dumps(source)}
    return secret
