"""Limits and admission: quotas, budgets, autoscalers, priorities, a policy, a webhook that is down."""

from __future__ import annotations

from tests.support.world.manifest import HOUSE, Object, make

WEBHOOK = "image-policy"


def limits() -> list[Object]:
    """Return quotas and limit ranges; one quota is nearly used up."""
    bounds = {
        "limits": [
            {
                "type": "Container",
                "default": {"memory": "512Mi"},
                "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
            }
        ]
    }
    return [
        _quota("team", "payments", {"services": "40", "secrets": "60", "configmaps": "80"}),
        _quota("team", "search", {"services": "40", "count/deployments.apps": "60"}),
        _quota("one-claim", "monitoring", {"persistentvolumeclaims": "1"}),
        make("v1", "LimitRange", "defaults", "checkout", spec=bounds),
        make("v1", "LimitRange", "defaults", "search", spec=bounds),
    ]


def resilience() -> list[Object]:
    """Return budgets, autoscalers that get no metrics, and priorities."""
    return [
        _budget("cart-api", "checkout", {"minAvailable": 4}),
        _budget("gateway-api", "payments", {"maxUnavailable": 1}),
        # Its pods are never ready, so nothing may go.
        _budget("statement-api", "ledger", {"minAvailable": 1}),
        _autoscaler("cart-api", "checkout", 3, 24),
        _autoscaler("query-api", "search", 1, 60),
        make(
            "scheduling.k8s.io/v1",
            "PriorityClass",
            "customer-facing",
            value=100000,
            description="What a customer waits for",
        ),
        make(
            "scheduling.k8s.io/v1",
            "PriorityClass",
            "background",
            value=-10,
            preemptionPolicy="Never",
        ),
    ]


def admission() -> list[Object]:
    """Return a ValidatingAdmissionPolicy that warns, and a webhook that is down and fails open."""
    policy = {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": ["apps"],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE", "UPDATE"],
                    "resources": ["deployments"],
                }
            ]
        },
        "validations": [
            {
                "expression": f"has(object.metadata.labels) && '{HOUSE}/team' in object.metadata.labels",
                "message": "every Deployment names its team",
            }
        ],
    }
    binding = {"policyName": f"team-label.{HOUSE}", "validationActions": ["Warn", "Audit"]}
    webhook = {
        "name": f"{WEBHOOK}.{HOUSE}",
        "clientConfig": {
            "service": {"name": WEBHOOK, "namespace": "admission", "path": "/validate"}
        },
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE"],
                "resources": ["pods"],
            }
        ],
        "namespaceSelector": {"matchLabels": {f"{HOUSE}/image-policy": "enforced"}},
        "failurePolicy": "Ignore",
        "timeoutSeconds": 1,
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
    }
    group = "admissionregistration.k8s.io/v1"
    return [
        make(group, "ValidatingAdmissionPolicy", f"team-label.{HOUSE}", spec=policy),
        make(group, "ValidatingAdmissionPolicyBinding", f"team-label.{HOUSE}", spec=binding),
        make(
            "v1",
            "Service",
            WEBHOOK,
            "admission",
            spec={"selector": {"app": WEBHOOK}, "ports": [{"port": 443}]},
        ),
        make(group, "ValidatingWebhookConfiguration", WEBHOOK, webhooks=[webhook]),
    ]


def _quota(name: str, namespace: str, hard: dict[str, str]) -> Object:
    return make("v1", "ResourceQuota", name, namespace, spec={"hard": hard})


def _budget(app: str, namespace: str, spec: Object) -> Object:
    selector = {"matchLabels": {"app.kubernetes.io/name": app}}
    return make(
        "policy/v1", "PodDisruptionBudget", app, namespace, spec={**spec, "selector": selector}
    )


def _autoscaler(app: str, namespace: str, least: int, most: int) -> Object:
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": app},
        "minReplicas": least,
        "maxReplicas": most,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": 70},
                },
            }
        ],
    }
    return make("autoscaling/v2", "HorizontalPodAutoscaler", app, namespace, spec=spec)
