"""Made-up drawings for the page of the design system: coasts, owners, a timeline, relations."""

from dataclasses import dataclass

from dashboard.views.coast import Coast, Harbour, draw_coast
from dashboard.views.part import Node
from dashboard.views.relation import Edge, Graph, Related, RelatedGroup, Thing, draw_graph
from dashboard.views.timeline import Lane, Moment, Span, Timeline, draw_timeline

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Sized:
    """A coast and its number of namespaces."""

    size: int
    coast: Coast


TREE = Node(
    "fail",
    "fail",
    "Deployment",
    "ledger-writer",
    "#object",
    "0 of 3",
    children=(
        Node(
            "fail",
            "fail",
            "ReplicaSet",
            "ledger-writer-6b9d7c5f48",
            "#object",
            "revision 15",
            children=(
                Node("fail", "fail", "Pod", "…-k2wmv", "#object", "41 restarts", is_here=True),
                Node("fail", "fail", "Pod", "…-p8zqj", "#object", "40 restarts"),
            ),
        ),
        Node("still", "still", "ReplicaSet", "ledger-writer-58c4bd7f9", "#object", "revision 14"),
    ),
)

_NAMESPACES = (
    "admission auth-proxy billing catalogue cert-manager checkout ci-runners data-lake edge-ingress "
    "email flags gitops identity invoices kube-system ledger loyalty monitoring payments pricing "
    "reports returns search shipping team-secrets tracing webhooks"
)
_WARNING = {"cert-manager": 1, "checkout": 1, "kube-system": 1}
_FAILING = {"payments": 3, "search": 1}


def coasts() -> tuple[Sized, ...]:
    """Return coasts of 27, 3 and 400 namespaces."""
    usual = [
        Harbour(
            name,
            "#coast",
            size=100,
            warning=_WARNING.get(name, 0),
            failing=_FAILING.get(name, 0),
            is_hidden=name == "team-secrets",
        )
        for name in _NAMESPACES.split()
    ]
    calm = [Harbour(name, "#coast", 12, 0, 0) for name in ("default", "kube-system", "web")]
    many = [
        Harbour(
            f"team-of-the-harbour-{number:03}",
            "#coast",
            size=number,
            warning=int(number % 31 == 0),
            failing=int(number % 67 == 0),
            is_hidden=number % 90 == 1,
        )
        for number in range(400)
    ]
    return (
        Sized(len(usual), draw_coast("prod-eu-1", usual, "#coast")),
        Sized(len(calm), draw_coast("kind", calm, "#coast")),
        Sized(len(many), draw_coast("prod-us-2", many, "#coast")),
    )


def timeline() -> Timeline:
    """Return half an hour of a rollout that stopped."""
    return draw_timeline(
        (
            Lane(
                "Spec",
                moments=(Moment("lapis", 12 * MINUTE, "generation 44, image 4.19.0 → 4.20.0"),),
                value="44",
            ),
            Lane(
                "ReplicaSet rev 30",
                (
                    Span("run", 30 * MINUTE, 11.2 * MINUTE, "6 of 6 ready", "6 of 6 ready"),
                    Span("mv", 11.2 * MINUTE, 0, "scaling down", "held at 2, waiting"),
                ),
                value="2 of 2",
            ),
            Lane(
                "ReplicaSet rev 31",
                (
                    Span("mv", 11.8 * MINUTE, 10 * MINUTE, "starting"),
                    Span("run", 10 * MINUTE, 2 * MINUTE, "4 of 6 ready", "4 of 6 ready"),
                    Span("bad", 2 * MINUTE, 0, "deadline passed"),
                ),
                value="4 of 6",
                value_tone="warn",
            ),
            Lane(
                "Events",
                (
                    Span(
                        "gap",
                        24 * MINUTE,
                        21.5 * MINUTE,
                        "not watched: the portal was restarting",
                        "not watched 2.5 min",
                    ),
                ),
                tuple(
                    Moment(tone, minutes * MINUTE)
                    for tone, minutes in (
                        ("ok", 11.6),
                        ("ok", 10.4),
                        ("warn", 8.8),
                        ("warn", 6.1),
                        ("warn", 3.2),
                        ("fail", 2.0),
                    )
                ),
            ),
        ),
        30 * MINUTE,
        ("30 min", "25 min", "20 min", "15 min", "10 min", "5 min"),
        "The last 30 minutes: revision 31 was applied 12 minutes ago, two of six new pods never "
        "became ready, the deadline passed 2 minutes ago. Not watched for 2.5 minutes.",
    )


_BANDS = ("Reach and steer", "Selects or owns", "Makes", "Runs", "Needs", "Beyond")
_THINGS = {
    "shop": Thing(0, "ok", "ok", "Ingress", "shop", "#relations", "/cart to cart-api:http"),
    "ops": Thing(
        0,
        "fail",
        "fail",
        "Ingress",
        "ops-console",
        "#relations",
        "backend port http-admin is not a port of the Service",
        "cut",
    ),
    "scaler": Thing(0, "ok", "ok", "Autoscaler", "cart-api", "#relations", "3 to 24"),
    "service": Thing(1, "ok", "ok", "Service", "cart-api", "#relations"),
    "deployment": Thing(1, "warn", "warn", "Deployment", "cart-api", "#relations", css="here"),
    "slice": Thing(
        2, "warn", "warn", "EndpointSlice", "cart-api-7xk2d", "#relations", "6 ready, 2 not"
    ),
    "new": Thing(
        2, "warn", "warn", "ReplicaSet, rev 31", "cart-api-6f84d7c9bd", "#relations", css="warn"
    ),
    "older": Thing(2, "still", "still", "ReplicaSets", "9 older, at 0", "#relations", is_fold=True),
    "pod": Thing(3, "warn", "warn", "Pod", "…bd-m2x8r", "#relations", css="warn"),
    "ready": Thing(3, "ok", "ok", "Pods, ready", "4 of rev 31", "#relations", is_fold=True),
    "env": Thing(4, "ok", "ok", "ConfigMap", "cart-api-env", "#relations"),
    "flags": Thing(4, "fail", "fail", "ConfigMap", "cart-flags", "#relations", "not found", "cut"),
    "redis": Thing(
        4,
        "deny",
        "still",
        "Secret",
        "cart-redis",
        "#relations",
        "you may not get secrets; it may exist or not",
        "deny",
    ),
    "claim": Thing(4, "ok", "ok", "Volume claim", "cart-cache", "#relations"),
    "others": Thing(5, "ok", "ok", "Also used by", "and 3 more", "#relations", is_fold=True),
    "volume": Thing(5, "ok", "ok", "PersistentVolume", "pvc-3f81…c07e", "#relations"),
}
_EDGES = (
    Edge("shop", "service", "hot"),
    Edge("ops", "service", "cut"),
    Edge("scaler", "deployment"),
    Edge("service", "slice", "hot"),
    Edge("deployment", "new", "hot"),
    Edge("deployment", "older"),
    Edge("slice", "pod"),
    Edge("slice", "ready", "hot"),
    Edge("new", "pod", "hot"),
    Edge("new", "ready"),
    Edge("ready", "env"),
    Edge("ready", "flags", "cut"),
    Edge("ready", "redis", "deny"),
    Edge("ready", "claim"),
    Edge("env", "others"),
    Edge("claim", "volume"),
)


def graph() -> Graph:
    """Return relations of which two are broken and one was not looked at."""
    label = "Relations of Deployment cart-api, left to right; the list below says the same"
    return draw_graph(label, _BANDS, _THINGS, _EDGES)


RELATED = (
    RelatedGroup(
        "Broken",
        2,
        (
            Related(
                "fail",
                "fail",
                "ConfigMap",
                "cart-flags",
                "#relations",
                "envFrom[1]",
                "names it;",
                "not found",
            ),
            Related(
                "fail",
                "fail",
                "Ingress",
                "ops-console",
                "#relations",
                "http-admin",
                "of Service cart-api is",
                "no port",
            ),
        ),
    ),
    RelatedGroup(
        "Not looked at",
        1,
        (
            Related(
                "deny",
                "still",
                "Secret",
                "cart-redis",
                "#relations",
                "env[4]",
                "names it; you may not get secrets, so it may exist or not",
            ),
        ),
    ),
    RelatedGroup(
        "Reached by",
        2,
        (
            Related("ok", "ok", "Ingress", "shop", "#relations", says="rule shop.example/cart"),
            Related(
                "warn",
                "warn",
                "EndpointSlice",
                "cart-api-7xk2d",
                "#relations",
                "",
                "6 ready,",
                "2 not",
            ),
        ),
    ),
    RelatedGroup(
        "Owns",
        19,
        (
            Related(
                "warn",
                "warn",
                "ReplicaSet",
                "cart-api-6f84d7c9bd",
                "#relations",
                "ownerReferences",
                "revision 31, 4 of 6 ready",
            ),
            Related("still", "still", "", "and 9 older ReplicaSets", "#relations", says="at 0"),
        ),
    ),
)
