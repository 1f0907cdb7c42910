"""Which Go type a kind of Kubernetes' own is, by the conventions of its repositories.

Source: k8s.io/api's folders; k8s.io/kubernetes/hack/lib/init.sh, which lists the served groups.
"""

from dashboard.api.gvr import GVR
from portal.source.structs import Named

ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/apis/apiregistration",
    "metrics.k8s.io": "k8s.io/metrics/pkg/apis/metrics",
    "internal.apiserver.k8s.io": "k8s.io/api/apiserverinternal",
    "": "k8s.io/api/core",
}
"""Groups whose types lie in another folder than their name says."""

OWN = (".k8s.io",)
"""Endings of groups that are Kubernetes' own, besides those without a dot."""


def go_type(gvr: GVR, kind: str) -> Named | None:
    """Return the Go type of a kind; None for a group that is not Kubernetes' own.

    Whether there is such a type at some version is for the source to say.
    """
    group = gvr.group
    if group in ELSEWHERE:
        return Named(f"{ELSEWHERE[group]}/{gvr.version}", kind)
    if "." in group and not group.endswith(OWN):
        return None
    return Named(f"k8s.io/api/{group.partition('.')[0]}/{gvr.version}", kind)
