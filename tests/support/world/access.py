"""Who may do what: the portal's own account, narrow people, wide ones, and bindings gone wrong."""

from __future__ import annotations

from tests.support.world.extensions import FLEET, LOGISTICS
from tests.support.world.manifest import Object, make

GROUP = "rbac.authorization.k8s.io"
READ = ["get", "list", "watch"]
READABLE: dict[str, tuple[str, ...]] = {
    "": (
        "namespaces",
        "nodes",
        "pods",
        "services",
        "endpoints",
        "configmaps",
        "events",
        "persistentvolumes",
        "persistentvolumeclaims",
        "serviceaccounts",
        "resourcequotas",
        "limitranges",
        "replicationcontrollers",
        "podtemplates",
    ),
    "apps": ("deployments", "replicasets", "statefulsets", "daemonsets", "controllerrevisions"),
    "batch": ("jobs", "cronjobs"),
    "networking.k8s.io": (
        "ingresses",
        "ingressclasses",
        "networkpolicies",
        "ipaddresses",
        "servicecidrs",
    ),
    "discovery.k8s.io": ("endpointslices",),
    "autoscaling": ("horizontalpodautoscalers",),
    "policy": ("poddisruptionbudgets",),
    "storage.k8s.io": (
        "storageclasses",
        "volumeattachments",
        "csidrivers",
        "csinodes",
        "csistoragecapacities",
    ),
    "scheduling.k8s.io": ("priorityclasses",),
    "node.k8s.io": ("runtimeclasses",),
    "coordination.k8s.io": ("leases",),
    "events.k8s.io": ("events",),
    "certificates.k8s.io": ("certificatesigningrequests",),
    GROUP: ("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
    "admissionregistration.k8s.io": (
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
    ),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "apiregistration.k8s.io": ("apiservices",),
    "flowcontrol.apiserver.k8s.io": ("flowschemas", "prioritylevelconfigurations"),
    LOGISTICS: ("shipments",),
    FLEET: ("pods",),
}
"""What the portal's account may get, list and watch: named kind by kind, and Secrets are not among them."""
REVIEWS = [
    (
        ["create"],
        "authorization.k8s.io",
        ["subjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    ),
    (["create"], "authentication.k8s.io", ["tokenreviews", "selfsubjectreviews"]),
]


def control_plane() -> list[Object]:
    """Return the rights of the scripted kubelet, which stands for many nodes at once."""
    rules = [
        _rule(["*"], "", ["nodes", "nodes/status", "events"]),
        _rule(["get", "list", "watch", "delete"], "", ["pods"]),
        _rule(["patch", "update"], "", ["pods/status"]),
        _rule(["*"], "coordination.k8s.io", ["leases"]),
    ]
    return [
        _cluster_role("scripted-kubelet", rules),
        _everywhere("scripted-kubelet", "scripted-kubelet", _group("system:nodes-scripted")),
    ]


def readers() -> list[Object]:
    """Return the rights of the portal and of the people in tests/cluster/users.py."""
    everything = [_rule(READ, group, list(kinds)) for group, kinds in READABLE.items()]
    portal = [*everything, *(_rule(*review) for review in REVIEWS)]
    team = [
        _rule(READ, "", ["pods", "pods/log", "services", "configmaps", "events"]),
        _rule(READ, "apps", ["deployments", "replicasets"]),
    ]
    named = [
        _rule(READ, "apps", ["deployments"], ["ledger-writer", "gateway-api"]),
        _rule(["get"], "", ["configmaps"], ["ledger-config"]),
        _rule(READ, "", ["services"], ["bank"]),
    ]
    return [
        _cluster_role("portolan", portal),
        _everywhere("portolan", "portolan", _user("portal")),
        _cluster_role("read-all-but-secrets", [*everything, _rule(["get"], "", ["pods/log"])]),
        _everywhere("auditors", "read-all-but-secrets", _group("auditors")),
        _role("team-reader", "payments", team),
        _inside("team-payments", "payments", "team-reader", _user("alice")),
        *(
            _inside("commerce-view", namespace, "view", _group("team-commerce"), "ClusterRole")
            for namespace in ("checkout", "catalogue")
        ),
        _role("named-things", "payments", named),
        _inside("carol", "payments", "named-things", _user("carol")),
        _inside("team-search", "search", "edit", _group("team-search"), "ClusterRole"),
        _cluster_role("see-namespaces", [_rule(READ, "", ["namespaces", "nodes"])]),
        _everywhere("grace", "see-namespaces", _user("grace")),
        _role("secret-reader", "team-secrets", [_rule(["get"], "", ["secrets"])]),
        _inside("grace", "team-secrets", "secret-reader", _user("grace")),
    ]


def others() -> list[Object]:
    """Return rights that nobody here uses, for pages that show who can: wide, aggregated, dangling."""
    view = make(
        f"{GROUP}/v1",
        "ClusterRole",
        "shipments-view",
        labels={"rbac.authorization.k8s.io/aggregate-to-view": "true"},
        rules=[_rule(READ, LOGISTICS, ["shipments"])],
    )
    account = {"kind": "ServiceAccount", "name": "reaper", "namespace": "payments"}
    return [
        view,
        _everywhere("platform", "cluster-admin", _group("platform-admins")),
        _everywhere("break-glass", "cluster-admin", _user("break-glass")),
        _cluster_role("support", [_rule(["impersonate"], "", ["users", "groups"])]),
        _everywhere("support", "support", _group("support-leads")),
        # Names a role that does not exist.
        _inside("oncall", "payments", "payments-oncall", _group("oncall"), "ClusterRole"),
        make("v1", "ServiceAccount", "reaper", "payments"),
        _role("pod-reaper", "payments", [_rule(["delete", "list"], "", ["pods"])]),
        _inside("reaper", "payments", "pod-reaper", account),
        make("v1", "ServiceAccount", "controller", "gitops"),
        _cluster_role("gitops-apply", [_rule(["*"], "*", ["*"])]),
        _everywhere(
            "gitops", "gitops-apply", {**account, "name": "controller", "namespace": "gitops"}
        ),
    ]


def _rule(
    verbs: list[str], group: str, resources: list[str], names: list[str] | None = None
) -> Object:
    rule: Object = {"verbs": verbs, "apiGroups": [group], "resources": resources}
    return {**rule, "resourceNames": names} if names else rule


def _user(name: str) -> Object:
    return {"kind": "User", "name": name, "apiGroup": GROUP}


def _group(name: str) -> Object:
    return {"kind": "Group", "name": name, "apiGroup": GROUP}


def _role(name: str, namespace: str, rules: list[Object]) -> Object:
    return make(f"{GROUP}/v1", "Role", name, namespace, rules=rules)


def _cluster_role(name: str, rules: list[Object]) -> Object:
    return make(f"{GROUP}/v1", "ClusterRole", name, rules=rules)


def _inside(name: str, namespace: str, role: str, subject: Object, kind: str = "Role") -> Object:
    return make(
        f"{GROUP}/v1",
        "RoleBinding",
        name,
        namespace,
        subjects=[subject],
        roleRef={"apiGroup": GROUP, "kind": kind, "name": role},
    )


def _everywhere(name: str, role: str, subject: Object) -> Object:
    return make(
        f"{GROUP}/v1",
        "ClusterRoleBinding",
        name,
        subjects=[subject],
        roleRef={"apiGroup": GROUP, "kind": "ClusterRole", "name": role},
    )
