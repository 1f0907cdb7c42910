"""Ways in and walls: Services of every type, Ingresses, NetworkPolicies."""

from __future__ import annotations

from tests.support.world.manifest import Object, make, service


def services() -> list[Object]:
    """Return the Services that are more than an app's address, some of them broken."""
    return [
        service("edge-proxy-public", "edge-ingress", selects="edge-proxy", type="LoadBalancer"),
        service("grafana-legacy", "monitoring", selects="grafana", type="LoadBalancer"),
        service("tracker-node", "shipping", selects="tracker", type="NodePort"),
        # Selects nothing that exists.
        service("reports-api", "billing", selects="reports-api-v1"),
        make(
            "v1",
            "Service",
            "bank",
            "payments",
            spec={"type": "ExternalName", "externalName": "bank.example"},
        ),
        service("ledger-writer", "payments"),
        service("statement-api", "ledger"),
    ]


def ingresses() -> list[Object]:
    """Return the Ingresses; one of them names a port that its Service does not have."""
    harbour = make(
        "networking.k8s.io/v1", "IngressClass", "edge", spec={"controller": "harbour.example/edge"}
    )
    return [
        harbour,
        _ingress("shop", "checkout", "shop.harbour.example", "cart-api", "http", tls="shop-tls"),
        _ingress("api", "payments", "pay.harbour.example", "gateway-api", "http"),
        _ingress("ops-console", "monitoring", "ops.harbour.example", "grafana", "http-admin"),
    ]


def policies() -> list[Object]:
    """Return NetworkPolicies: deny by default, then what is let through."""
    deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    from_edge = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "edge-ingress"}}
    }
    allow = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway-api"}},
        "ingress": [{"from": [from_edge], "ports": [{"port": 8080}]}],
    }
    dns = {
        "podSelector": {},
        "policyTypes": ["Egress"],
        "egress": [{"ports": [{"port": 53, "protocol": "UDP"}]}],
    }
    return [
        *(
            _policy("default-deny", namespace, deny)
            for namespace in ("payments", "identity", "ledger")
        ),
        _policy("allow-edge", "payments", allow),
        _policy("allow-dns", "payments", dns),
    ]


def _policy(name: str, namespace: str, spec: Object) -> Object:
    return make("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec=spec)


def _ingress(
    name: str, namespace: str, host: str, backend: str, port: str, tls: str | None = None
) -> Object:
    path = {
        "path": "/",
        "pathType": "Prefix",
        "backend": {"service": {"name": backend, "port": {"name": port}}},
    }
    spec: Object = {
        "ingressClassName": "edge",
        "rules": [{"host": host, "http": {"paths": [path]}}],
    }
    if tls is not None:
        spec["tls"] = [{"hosts": [host], "secretName": tls}]
    return make("networking.k8s.io/v1", "Ingress", name, namespace, spec=spec)
