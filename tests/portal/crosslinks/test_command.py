"""What people type who have kubectl and k9s in their fingers."""

import pytest

from portal.crosslinks.search.command import Command, address, read
from portal.crosslinks.search.pace import Pace


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("po", Command("po")),
        (":po", Command("po", is_said=True)),
        (":po payments", Command("po", "payments", is_said=True)),
        ("pods -n payments", Command("pods", namespace="payments", is_said=True)),
        ("pods --namespace=payments", Command("pods", namespace="payments", is_said=True)),
        ("pods -npayments", Command("pods", namespace="payments", is_said=True)),
        ("ns checkout", Command("ns", "checkout")),
        ("deploy/web", Command("deploy", "web")),
        ("deploy/payments/web", Command("deploy", "web", "payments")),
        ("deployments.v1.apps web", Command("deployments.v1.apps", "web")),
        ("kubectl get po", Command("po", verb="get", is_said=True)),
        ("k get po -A -o wide", Command("po", verb="get", is_said=True)),
        (
            "kubectl get pods -l app=web,tier!=db -n payments",
            Command("pods", "", "payments", "app=web,tier!=db", "get", is_said=True),
        ),
        (
            "kubectl describe po web-0 -n a",
            Command("po", "web-0", "a", "", "describe", is_said=True),
        ),
        ("kubectl logs web-0 -c main", Command("pods", "web-0", "", "", "logs", is_said=True)),
        ("kubectl explain deploy", Command("deploy", verb="explain", is_said=True)),
        ("events -n a", Command("events", namespace="a", is_said=True)),
        ("system:node", None),
        ("k8s.io/client-go/tools/cache#Reflector", None),
        ("list and watch", None),
        ("kubectl delete po web-0", None),
        ("kubectl", None),
        ("po -n", Command("po", is_said=True)),
        ("po -n UPPER", None),
        ("po/a b", None),
        (":", None),
        ("", None),
    ],
)
def test_a_line_is_read_as_kubectl_would(text: str, command: Command | None) -> None:
    assert read(text) == command


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/c/demo/pods.v1?ns=a&q=b", "/c/demo/pods.v1?ns=a&q=b"),
        ("https://portolan.example/c/demo/pods.v1", "/c/demo/pods.v1"),
        ("http://127.0.0.1:8000/zh-hans/learn/", "/zh-hans/learn/"),
        ("/source/kubernetes@v1.36.3/pkg/apis#L7", "/source/kubernetes@v1.36.3/pkg/apis#L7"),
        ("https://evil.example//c/demo/", ""),
        ("//evil.example/learn/", ""),
        ("javascript:alert(1)", ""),
        ("http://x/-/sign-out", ""),
        ("/zh-hans/-/sign-out", ""),
        ("/no/such/page", ""),
        ("payments/ledger", ""),
        ("/learn/ and more", ""),
    ],
)
def test_only_addresses_of_this_site_lead_anywhere(text: str, path: str) -> None:
    assert address(text) == path


def test_a_visitor_who_asks_too_often_waits_and_nobody_else_does() -> None:
    now = [0.0]
    pace = Pace(burst=2, per_s=1, monotonic=lambda: now[0])

    assert [pace.admits("a") for _ in range(3)] == [True, True, False]
    assert pace.admits("b")
    now[0] = 1.0
    assert [pace.admits("a") for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [pace.admits("a") for _ in range(3)] == [True, True, False]
