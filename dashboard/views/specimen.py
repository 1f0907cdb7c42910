"""Made-up lines for the page of the design system: records and judgements."""

from dashboard.views.finding import Evidence
from dashboard.views.judgement import Answer, Cell, Check, Column, Link
from dashboard.views.record import DiffLine, EventLine, FieldLine, LogEntry, LogLine, LogNote

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

DIFF = (
    DiffLine(3, 3, "name", "cart-api", "cart-api", "a", "argocd-controller"),
    DiffLine(10, 10, "revision", "30", "31", "c", "deployment controller", is_quiet=True),
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
