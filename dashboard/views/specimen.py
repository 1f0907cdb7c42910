"""Made-up lines for the page of the design system: records, judgements and choices."""

from dashboard.views.finding import Evidence
from dashboard.views.hop import Endpoint, Hop, WayIn
from dashboard.views.judgement import Answer, Cell, Check, Column, Link
from dashboard.views.peek import Action, Condition, Fact, Peek
from dashboard.views.record import (
    DiffLine,
    EventLine,
    FieldLine,
    LogEntry,
    LogLine,
    LogNote,
    WriterChoice,
)
from dashboard.views.source import Choice, Container, ContainerGroup, Held, Question, Sources
from dashboard.views.space import Space, Spaces

EVENTS = (
    EventLine(
        "fail",
        "fail",
        "BackOff",
        "Back-off 5m0s restarting failed container",
        "12 s, ×128",
        "doBackOff",
        "#code",
    ),
    EventLine("ok", "ok", "Pulled", "Container image already present on machine", "5 min, ×41"),
    EventLine("still", "still", "Scheduled", "Assigned to node ap-17", "3 h"),
)

LOG = (
    LogEntry(
        line=LogLine("13:52:07.114", 1, "writer", "opening ledger at offset 918273", "", "INFO")
    ),
    LogEntry(
        line=LogLine(
            "13:52:07.480", 1, "writer", "buffer at 231Mi of 256Mi", "warn", "WARN", is_same=True
        )
    ),
    LogEntry(line=LogLine("13:52:07.902", 2, "envoy", "upstream reset: connection refused")),
    LogEntry(note=LogNote("writer ended.", "OOMKilled, exit 137; started again 10 s later.")),
    LogEntry(line=LogLine("13:52:18.031", 1, "writer", "panic: out of memory", "fail", "FATAL")),
    LogEntry(
        note=LogNote(
            "No line was read for 2 min 4 s.", "The kubelet of ap-17 was silent.", is_gap=True
        )
    ),
    LogEntry(line=LogLine("13:54:22.600", 3, "tailer", "rotated ledger.log")),
)

FIELDS = (
    FieldLine(1, "", "apiVersion", "apps/v1", "d"),
    FieldLine(2, "", "metadata", "", "d"),
    FieldLine(3, "  ", "name", "cart-api", "a", "argocd-controller"),
    FieldLine(4, "  ", "generation", "31", "d", "API server"),
    FieldLine(5, "", "spec", "", "a"),
    FieldLine(6, "  ", "replicas", "6", "s", "horizontal autoscaler", is_on=True),
    FieldLine(7, "  ", "sidecar.istio.io/inject", "true", "m", "istio-injector"),
    FieldLine(8, "", "status", "", "c", "deployment controller"),
)

WRITERS = (
    WriterChoice("a", "Applied", 41),
    WriterChoice("s", "Scaled", 1),
    WriterChoice("d", "Filled in by the server", 17),
    WriterChoice("m", "Admission", 3),
    WriterChoice("c", "Controller", 22),
)

DIFF = (
    DiffLine(3, 3, "name", "cart-api", "cart-api", "a", "argocd-controller"),
    DiffLine(10, 10, "revision", "30", "31", "c", "deployment controller", is_quiet=True),
    DiffLine.folded("13 equal lines", "spec, strategy, selector", "#record"),
    DiffLine(24, 24, "image", "cart-api:4.19.0", "cart-api:4.20.0", "a", "argocd-controller"),
    DiffLine(25, 0, "command", "serve", "", "a", "argocd-controller"),
    DiffLine(0, 25, "readinessProbe", "", "/readyz", "a", "argocd-controller"),
)

CHECKS = (
    Check(
        "fail",
        "Every logged-in user may list nodes and read every ConfigMap",
        ("CIS 5.1.1", "Discovery"),
        (Evidence("binding", "legacy-readers → Group ", "system:authenticated", ""),),
    ),
    Check("pass", "No pod mounts the host's root", ("C-0048",)),
    Check(
        "unknown",
        "Anonymous requests are refused",
        (),
        (Evidence("asked", "kube-apiserver flags: ", "not readable", " with your rights"),),
    ),
)

MATRIX = (
    Column(
        "Initial access",
        (
            Cell("fail", "Exposed dashboard", "#judgement"),
            Cell("unknown", "Anonymous requests", "#judgement"),
            Cell("pass", "kubectl proxy exposed", "#judgement"),
        ),
    ),
    Column(
        "Execution",
        (
            Cell("pass", "exec into pods", "#judgement"),
            Cell("unknown", "Shells in images", "#judgement"),
        ),
    ),
    Column("Persistence", (Cell("pass", "Webhook outside the cluster", "#judgement"),)),
    Column("Privilege", (Cell("fail", "Wildcard verbs", "#judgement"),)),
    Column("Secrets", (Cell("unknown", "Encryption at rest", "#judgement"),)),
)

CHAIN = (
    Link(
        0, "KUBE-SERVICES -d 10.96.41.7/32", "cluster address and port", "syncProxyRules", "#code"
    ),
    Link(1, "KUBE-SVC-3IUFAHK4JVXDQR7O", "hash of the port's name", "chainName", "#code"),
    Link(2, "KUBE-SEP-PWSLXZH3PKQEWA3Z", "4hn8v, 10.40.3.17:8080", "endpointChainName", "#code"),
    Link(
        2,
        "KUBE-SEP-WKT5ZRT4GZNPCHFK",
        "left out: m2x8r is not ready",
        "CategorizeEndpoints",
        "#code",
        is_left_out=True,
    ),
)

ANSWER = Answer(
    "RBAC: clusterrole.rbac.authorization.k8s.io ",
    '"payments-oncall" not found',
    "",
    (
        ("Group", "oncall", "#judgement"),
        ("RoleBinding", "oncall", "#judgement"),
        ("ClusterRole", "payments-oncall", "#judgement"),
    ),
)

WAY = WayIn(
    "cart-api",
    (
        Hop(
            "Service",
            "cart-api",
            ("http 80 → 8080, TCP",),
            address="10.96.41.7",
            note="ClusterIP, any endpoint",
        ),
        Hop(
            "EndpointSlice",
            "cart-api-7xk2d",
            ("IPv4, 8 endpoints",),
            ready="6 ready",
            unready="2 not ready",
            source="podToEndpoint",
            source_url="#code",
        ),
    ),
    (
        Endpoint(
            "warn",
            "warn",
            "cart-api-6f84d7c9bd-m2x8r",
            "#traffic",
            "10.40.7.41",
            "ap-07",
            "no, readiness 503",
        ),
        Endpoint("ok", "ok", "cart-api-6f84d7c9bd-4hn8v", "#traffic", "10.40.3.17", "ap-04", "yes"),
        Endpoint("ok", "ok", "and 5 more", "#traffic", "", "5 nodes", "yes"),
    ),
)

PEEK = Peek(
    "Pod in payments",
    "ledger-writer-6b9d7c5f48-k2wmv",
    "#object",
    "#table",
    "fail",
    "fail",
    "CrashLoopBackOff",
    "next try in 4 min 22 s",
    (Action("YAML", "#object", "y"), Action("Logs", "#record", "l")),
    (
        Evidence("last exit", "", "OOMKilled", " 137, ran 11 s"),
        Evidence("limit", "memory ", "256Mi", ", was 512Mi"),
    ),
    (
        Fact("Owner", "ledger-writer", "#object", "rev 15"),
        Fact("Node", "ap-04", "#object"),
        Fact("QoS", "Burstable"),
        Fact("IP", "10.40.3.17"),
    ),
    (
        Condition("ok", "ok", "PodScheduled", "assume", "#code"),
        Condition("fail", "fail", "Ready", "GeneratePodReadyCondition", "#code"),
    ),
    EVENTS[:2],
)

SPACES = Spaces(
    3,
    41,
    (
        Space("payments", "198", "fail", "fail", is_chosen=True),
        Space("checkout", "164", "warn", "warn", is_chosen=True),
        Space("search", "402", "fail", "fail", is_chosen=True),
        Space("catalogue", "311"),
        Space("kube-system", "684", "warn", "warn"),
        Space("team-secrets", "", "deny", "still", is_closed=True),
    ),
)

SOURCES = Sources(
    "Sources: 7 of 16 containers, 8 pods",
    (
        ContainerGroup(
            "Revision 31",
            (
                Container(1, "m2x8r app", "812", "warn", "warn"),
                Container(2, "m2x8r envoy", "97"),
                Container(3, "xz6jq app", "804", "warn", "warn"),
                Container(4, "4hn8v app", "610"),
                Container(5, "lw2dp app", "604"),
                Container(0, "4 × envoy", "off", is_on=False),
            ),
        ),
        ContainerGroup(
            "Ended",
            (
                Container(6, "m2x8r migrate", "44", "done", "still"),
                Container(1, "m2x8r app, previous", "exit 1", "fail", "fail"),
            ),
        ),
    ),
)

HELD = Held(
    "14:03:20",
    "27 newer lines, 3 match",
    "kubectl logs deploy/cart-api -n checkout --all-pods --all-containers --since=15m",
    "#record",
)

QUESTION = Question(
    (
        Choice("Who can", "verb", ("delete", "get", "list")),
        Choice("of", "kind", ("pods", "secrets", "nodes")),
        Choice("in", "namespace", ("payments", "every namespace")),
    ),
    "Ask",
    (("as a list", "#judgement"), ("by subject", "#judgement")),
)
