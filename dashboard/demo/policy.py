"""Who may do what in the demo: its own RBAC objects decide, as in a real cluster.

Go: k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac#RBACAuthorizer.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboard.demo.storage import Collection, Storage

GROUP: Final = "rbac.authorization.k8s.io"
USER: Final = "demo"
GROUPS: Final = ("system:authenticated",)
"""Of the demo's one user, who may read everything but Secrets."""
ANONYMOUS: Final = "system:anonymous"
MASTERS: Final = "system:masters"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks."""

    user: str
    groups: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


DEMO: Final = Subject(USER, GROUPS)
NOBODY: Final = Subject(ANONYMOUS, ("system:unauthenticated",))


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is asked for: a resource (`resource` may be `pods/log`), or a path."""

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether it is allowed; `reason` is the authorizer's own, "" for a plain no."""

    is_allowed: bool
    reason: str = ""


class Policy:
    """Answers from the (Cluster)Roles and their bindings; read anew when one of them changed."""

    def __init__(self, storage: Storage) -> None:
        """Read nothing yet."""
        self._sources = [
            storage.collections[f"{resource}.v1.{GROUP}"]
            for resource in ("clusterroles", "roles", "clusterrolebindings", "rolebindings")
        ]
        self._read_at: tuple[int, ...] = ()
        self._roles: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self._bindings: list[dict[str, Any]] = []

    def ask(self, subject: Subject, asked: Attributes) -> Answer:
        """Return whether `subject` may."""
        if MASTERS in subject.groups:
            return Answer(is_allowed=True)
        for binding, rule in self._applying(subject, asked.namespace):
            if _covers(rule, asked):
                return Answer(is_allowed=True, reason=_reason(binding, subject))
        return Answer(is_allowed=False)

    def rules(self, subject: Subject, namespace: str) -> list[dict[str, Any]]:
        """Return every rule that holds for `subject` in `namespace`."""
        if MASTERS in subject.groups:
            everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
            return [everything, {"verbs": ["*"], "nonResourceURLs": ["*"]}]
        return [rule for _, rule in self._applying(subject, namespace)]

    def _applying(
        self, subject: Subject, namespace: str
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        self._read()
        for binding in self._bindings:
            where = binding["metadata"].get("namespace", "")
            if where and where != namespace:
                continue
            if not any(_is(subject, item, where) for item in binding.get("subjects") or ()):
                continue
            reference = binding["roleRef"]
            within = where if reference["kind"] == "Role" else ""
            for rule in self._roles.get((reference["kind"], within, reference["name"]), ()):
                yield binding, rule

    def _read(self) -> None:
        now = tuple(_newest(source) for source in self._sources)
        if now == self._read_at:
            return
        cluster_roles, roles, *bindings = self._sources
        self._roles = {
            (kind, version.namespace, version.name): version.document().get("rules") or []
            for kind, source in (("ClusterRole", cluster_roles), ("Role", roles))
            for version in source
        }
        self._bindings = [json.loads(version.object()) for source in bindings for version in source]
        self._read_at = now


def _newest(source: Collection) -> int:
    return max((version.resource_version for version in source), default=0) + len(source)


def _is(subject: Subject, item: Mapping[str, Any], namespace: str) -> bool:
    match item["kind"]:
        case "User":
            return bool(item["name"] == subject.user)
        case "Group":
            return item["name"] in subject.groups
        case _:
            where = item.get("namespace") or namespace
            return subject.user == f"system:serviceaccount:{where}:{item['name']}"


def _covers(rule: Mapping[str, Any], asked: Attributes) -> bool:
    """Go: k8s.io/kubernetes/pkg/apis/rbac/v1#RuleAllows and its evaluation helpers."""
    if not _has(rule.get("verbs"), asked.verb):
        return False
    if asked.path:
        return any(
            path in {"*", asked.path} or (path.endswith("*") and asked.path.startswith(path[:-1]))
            for path in rule.get("nonResourceURLs") or ()
        )
    resources: Sequence[str] = rule.get("resources") or ()
    _, slash, subresource = asked.resource.partition("/")
    is_named = _has(resources, asked.resource) or (bool(slash) and f"*/{subresource}" in resources)
    names = rule.get("resourceNames") or ()
    return (
        _has(rule.get("apiGroups"), asked.group) and is_named and (not names or asked.name in names)
    )


def _has(values: Sequence[str] | None, value: str) -> bool:
    return values is not None and (value in values or "*" in values)


def _reason(binding: Mapping[str, Any], subject: Subject) -> str:
    meta, reference = binding["metadata"], binding["roleRef"]
    where = meta.get("namespace", "")
    named = f"{meta['name']}/{where}" if where else meta["name"]
    kind = "RoleBinding" if where else "ClusterRoleBinding"
    (whom, *_) = (item for item in binding["subjects"] if _is(subject, item, where))
    who = f'{whom["kind"]} "{whom["name"]}"'
    if whom["kind"] == "ServiceAccount":
        who = f'ServiceAccount "{whom["name"]}/{whom.get("namespace") or where}"'
    return (
        f'RBAC: allowed by {kind} "{named}" of {reference["kind"]} "{reference["name"]}" to {who}'
    )
