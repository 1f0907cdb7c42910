"""Which Go type a kind of Kubernetes' own is, by the conventions of its repositories.

Source: k8s.io/api's folders; k8s.io/kubernetes/hack/lib/init.sh, which lists the served groups.
"""

import re

from dashboard.api.gvr import GVR
from portal.source.structs import Named

ELSEWHERE = {
    "apiextensions.k8s.io": "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions",
    "apiregistration.k8s.io": "k8s.io/kube-aggregator/pkg/apis/apiregistration",
    "metrics.k8s.io": "k8s.io/metrics/pkg/apis/metrics",
    "internal.apiserver.k8s.io": "k8s.io/api/apiserverinternal",
    "": "k8s.io/api/core",
    "rbac.authorization.k8s.io": "k8s.io/api/rbac",
    "flowcontrol.apiserver.k8s.io": "k8s.io/api/flowcontrol",
}
"""Groups whose types lie in another folder than their name says. Complete by a test."""

_OWN = re.compile(r"[a-z]+(\.k8s\.io)?")
"""Kubernetes' own groups otherwise: the folder's name, with or without this ending.

A group with more in front of the ending is somebody's CustomResourceDefinition.
"""


def go_type(gvr: GVR, kind: str) -> Named | None:
    """Return the Go type of a kind; None for a group that is not Kubernetes' own.

    Whether there is such a type at some version is for the source to say.
    """
    group = gvr.group
    if group in ELSEWHERE:
        return Named(f"{ELSEWHERE[group]}/{gvr.version}", kind)
    if not _OWN.fullmatch(group):
        return None
    return Named(f"k8s.io/api/{group.partition('.')[0]}/{gvr.version}", kind)
