"""The one table of what is decoded of hot kinds: message, field, JSON name, protobuf number, type.

`protobuf` makes descriptors of it and `partial` makes Structs for JSON, so that both have the same
attributes. It names what rows, labels and owners need; a decoder skips everything else.
Source: generated.proto of k8s.io/api and k8s.io/apimachinery v0.36.3, against which a test holds it.
"""

from typing import Final, NamedTuple, TypeAlias

from dashboard.api.gvr import GVR

PACKAGES: Final = {
    "meta": "k8s.io.apimachinery.pkg.apis.meta.v1",
    "runtime": "k8s.io.apimachinery.pkg.runtime",
    "apps": "k8s.io.api.apps.v1",
    "batch": "k8s.io.api.batch.v1",
    "coordination": "k8s.io.api.coordination.v1",
    "core": "k8s.io.api.core.v1",
    "discovery": "k8s.io.api.discovery.v1",
    "events": "k8s.io.api.events.v1",
}
"""The protobuf package behind the first half of each message's name."""

OPAQUE: Final = "opaque"
"""What is not looked into: counted, compared or dropped. Of a map it is the values."""

SCALARS: Final = frozenset({"string", "int32", "int64", "bool", "bytes", OPAQUE})
TIMES: Final = frozenset({"meta.Time", "meta.MicroTime"})


class Field(NamedTuple):
    """One field of a message.

    `type` is one of SCALARS or the name of a message. `is_pointer` says that Go tells unset from
    zero here, and so do we. In protobuf the messages of an `is_lazy` list stay undecoded, for
    `partial.parts`, and so do the entries of a map, for `partial.labels` if its values are strings:
    few of them differ, and decoded they would be written out again in no order.
    """

    number: int
    type: str = "string"
    is_repeated: bool = False
    is_map: bool = False
    is_pointer: bool = False
    is_lazy: bool = False


def one(number: int, type_: str = "string") -> Field:
    """Return a field that is always there: unset is zero."""
    return Field(number, type_)


def maybe(number: int, type_: str = "string") -> Field:
    """Return a field that is a pointer in Go: ask `HasField` before reading it."""
    return Field(number, type_, is_pointer=True)


def many(number: int, type_: str = "string") -> Field:
    """Return a list. JSON may say null, so it is read with `or ()`."""
    return Field(number, type_, is_repeated=True)


def later(number: int, type_: str) -> Field:
    """Return a list of messages that few rows look into: most of an object's cost is making them."""
    return Field(number, type_, is_repeated=True, is_lazy=True)


def by_name(number: int, type_: str = "string") -> Field:
    """Return a map with string keys and values of `type_`."""
    return Field(number, type_, is_map=True)


Message: TypeAlias = dict[str, Field]

_TIME: Final[Message] = {"seconds": one(1, "int64"), "nanos": one(2, "int32")}


def _object(spec: str = "", status: str = "", **fields: Field) -> Message:
    """Return an object's message: metadata is field 1 of all, spec 2 and status 3 of most."""
    found = {"metadata": one(1, "meta.ObjectMeta")}
    if spec:
        found["spec"] = one(2, spec)
    if status:
        found["status"] = one(3, status)
    return found | fields


_META: Final[dict[str, Message]] = {
    "meta.Time": _TIME,
    "meta.MicroTime": _TIME,
    "meta.OwnerReference": {
        "kind": one(1),
        "name": one(3),
        "uid": one(4),
        "apiVersion": one(5),
        "controller": maybe(6, "bool"),
    },
    "meta.ObjectMeta": {
        "name": one(1),
        "namespace": one(3),
        "uid": one(5),
        "resourceVersion": one(6),
        "creationTimestamp": one(8, "meta.Time"),
        "deletionTimestamp": maybe(9, "meta.Time"),
        "labels": by_name(11),
        "ownerReferences": later(13, "meta.OwnerReference"),
    },
    "meta.LabelSelectorRequirement": {"key": one(1), "operator": one(2), "values": many(3)},
    "meta.LabelSelector": {
        "matchLabels": by_name(1),
        "matchExpressions": many(2, "meta.LabelSelectorRequirement"),
    },
}

_CORE: Final[dict[str, Message]] = {
    "core.Container": {"name": one(1), "image": one(2), "restartPolicy": maybe(24)},
    "core.ContainerStateWaiting": {"reason": one(1)},
    "core.ContainerStateRunning": {},
    "core.ContainerStateTerminated": {
        "exitCode": one(1, "int32"),
        "signal": one(2, "int32"),
        "reason": one(3),
        "finishedAt": one(6, "meta.Time"),
    },
    "core.ContainerState": {
        "waiting": maybe(1, "core.ContainerStateWaiting"),
        "running": maybe(2, "core.ContainerStateRunning"),
        "terminated": maybe(3, "core.ContainerStateTerminated"),
    },
    "core.ContainerStatus": {
        "name": one(1),
        "state": one(2, "core.ContainerState"),
        "lastState": one(3, "core.ContainerState"),
        "ready": one(4, "bool"),
        "restartCount": one(5, "int32"),
        "started": maybe(9, "bool"),
    },
    "core.PodReadinessGate": {"conditionType": one(1)},
    "core.PodSpec": {
        "containers": later(2, "core.Container"),
        "nodeSelector": by_name(7),
        "nodeName": one(10),
        "initContainers": later(20, "core.Container"),
        "readinessGates": later(28, "core.PodReadinessGate"),
    },
    "core.PodCondition": {"type": one(1), "status": one(2), "reason": one(5)},
    "core.PodStatus": {
        "phase": one(1),
        "conditions": later(2, "core.PodCondition"),
        "reason": one(4),
        "podIP": one(6),
        "containerStatuses": many(8, "core.ContainerStatus"),
        "initContainerStatuses": many(10, "core.ContainerStatus"),
        "nominatedNodeName": one(11),
    },
    "core.Pod": _object("core.PodSpec", "core.PodStatus"),
    "core.PodTemplateSpec": {"spec": one(2, "core.PodSpec")},
    "core.NodeCondition": {"type": one(1), "status": one(2)},
    "core.NodeAddress": {"type": one(1), "address": one(2)},
    "core.NodeSystemInfo": {
        "kernelVersion": one(4),
        "osImage": one(5),
        "containerRuntimeVersion": one(6),
        "kubeletVersion": one(7),
        "architecture": one(10),
    },
    "core.NodeSpec": {"unschedulable": one(4, "bool")},
    "core.NodeStatus": {
        "conditions": many(4, "core.NodeCondition"),
        "addresses": many(5, "core.NodeAddress"),
        "nodeInfo": one(7, "core.NodeSystemInfo"),
    },
    "core.Node": _object("core.NodeSpec", "core.NodeStatus"),
    "core.ObjectReference": {"kind": one(1), "name": one(3), "fieldPath": one(7)},
    "core.EventSource": {"component": one(1), "host": one(2)},
    "core.EventSeries": {"count": one(1, "int32"), "lastObservedTime": one(2, "meta.MicroTime")},
    "core.Event": _object(
        involvedObject=one(2, "core.ObjectReference"),
        reason=one(3),
        message=one(4),
        source=one(5, "core.EventSource"),
        firstTimestamp=one(6, "meta.Time"),
        lastTimestamp=one(7, "meta.Time"),
        count=one(8, "int32"),
        type=one(9),
        eventTime=one(10, "meta.MicroTime"),
        series=maybe(11, "core.EventSeries"),
        reportingComponent=one(14),
        reportingInstance=one(15),
    ),
    "core.ConfigMap": _object(data=by_name(2, OPAQUE), binaryData=by_name(3, OPAQUE)),
    "core.ServicePort": {"protocol": one(2), "port": one(3, "int32"), "nodePort": one(5, "int32")},
    "core.ServiceSpec": {
        "ports": many(1, "core.ServicePort"),
        "selector": by_name(2),
        "type": one(4),
        "externalIPs": many(5),
        "externalName": one(10),
        "clusterIPs": many(18),
    },
    "core.LoadBalancerIngress": {"ip": one(1), "hostname": one(2)},
    "core.LoadBalancerStatus": {"ingress": many(1, "core.LoadBalancerIngress")},
    "core.ServiceStatus": {"loadBalancer": one(1, "core.LoadBalancerStatus")},
    "core.Service": _object("core.ServiceSpec", "core.ServiceStatus"),
}

_WORKLOADS: Final[dict[str, Message]] = {
    "apps.DeploymentSpec": {
        "replicas": maybe(1, "int32"),
        "selector": maybe(2, "meta.LabelSelector"),
        "template": one(3, "core.PodTemplateSpec"),
    },
    "apps.DeploymentStatus": {
        "updatedReplicas": one(3, "int32"),
        "availableReplicas": one(4, "int32"),
        "readyReplicas": one(7, "int32"),
    },
    "apps.Deployment": _object("apps.DeploymentSpec", "apps.DeploymentStatus"),
    "apps.ReplicaSetSpec": {
        "replicas": maybe(1, "int32"),
        "selector": maybe(2, "meta.LabelSelector"),
        "template": one(3, "core.PodTemplateSpec"),
    },
    "apps.ReplicaSetStatus": {"replicas": one(1, "int32"), "readyReplicas": one(4, "int32")},
    "apps.ReplicaSet": _object("apps.ReplicaSetSpec", "apps.ReplicaSetStatus"),
    "apps.StatefulSetSpec": {
        "replicas": maybe(1, "int32"),
        "template": one(3, "core.PodTemplateSpec"),
    },
    "apps.StatefulSetStatus": {"readyReplicas": one(3, "int32")},
    "apps.StatefulSet": _object("apps.StatefulSetSpec", "apps.StatefulSetStatus"),
    "apps.DaemonSetSpec": {
        "selector": maybe(1, "meta.LabelSelector"),
        "template": one(2, "core.PodTemplateSpec"),
    },
    "apps.DaemonSetStatus": {
        "currentNumberScheduled": one(1, "int32"),
        "desiredNumberScheduled": one(3, "int32"),
        "numberReady": one(4, "int32"),
        "updatedNumberScheduled": one(6, "int32"),
        "numberAvailable": one(7, "int32"),
    },
    "apps.DaemonSet": _object("apps.DaemonSetSpec", "apps.DaemonSetStatus"),
    "batch.JobCondition": {"type": one(1), "status": one(2)},
    "batch.JobSpec": {
        "parallelism": maybe(1, "int32"),
        "completions": maybe(2, "int32"),
        "selector": maybe(4, "meta.LabelSelector"),
        "template": one(6, "core.PodTemplateSpec"),
    },
    "batch.JobStatus": {
        "conditions": many(1, "batch.JobCondition"),
        "startTime": maybe(2, "meta.Time"),
        "completionTime": maybe(3, "meta.Time"),
        "succeeded": one(5, "int32"),
    },
    "batch.Job": _object("batch.JobSpec", "batch.JobStatus"),
}

_OTHERS: Final[dict[str, Message]] = {
    "coordination.LeaseSpec": {"holderIdentity": maybe(1)},
    "coordination.Lease": _object("coordination.LeaseSpec"),
    "discovery.Endpoint": {"addresses": many(1)},
    "discovery.EndpointPort": {"name": maybe(1), "port": maybe(3, "int32")},
    "discovery.EndpointSlice": _object(
        endpoints=many(2, "discovery.Endpoint"),
        ports=many(3, "discovery.EndpointPort"),
        addressType=one(4),
    ),
    "events.EventSeries": {
        "count": one(1, "int32"),
        "lastObservedTime": one(2, "meta.MicroTime"),
    },
    "events.Event": _object(
        eventTime=one(2, "meta.MicroTime"),
        series=maybe(3, "events.EventSeries"),
        reportingController=one(4),
        reportingInstance=one(5),
        reason=one(7),
        regarding=one(8, "core.ObjectReference"),
        note=one(10),
        type=one(11),
        deprecatedSource=one(12, "core.EventSource"),
        deprecatedFirstTimestamp=one(13, "meta.Time"),
        deprecatedLastTimestamp=one(14, "meta.Time"),
        deprecatedCount=one(15, "int32"),
    ),
}

OBJECT: Final = "OBJECT"
"""Any object, of which the metadata alone is decoded."""

MESSAGES: Final[dict[str, Message]] = _META | _CORE | _WORKLOADS | _OTHERS | {OBJECT: _object()}
"""Every message of every hot kind, by name: what its package is called here, a dot, its own name."""

DROPPED: Final[dict[str, Message]] = {
    "meta.ObjectMeta": {"annotations": by_name(12), "managedFields": many(17, OPAQUE)},
}
"""Fields of MESSAGES that are decoded only to be taken out of what is kept; JSON skips them."""

ENVELOPES: Final[dict[str, Message]] = {
    "runtime.TypeMeta": {"apiVersion": one(1), "kind": one(2)},
    "runtime.Unknown": {"typeMeta": one(1, OPAQUE), "raw": one(2, "bytes")},
    "runtime.RawExtension": {"raw": one(1, "bytes")},
    "meta.WatchEvent": {"type": one(1), "object": one(2, "runtime.RawExtension")},
    "meta.ListMeta": {
        "resourceVersion": one(2),
        "continue": one(3),
        "remainingItemCount": maybe(4, "int64"),
    },
    "meta.StatusCause": {"reason": one(1), "message": one(2)},
    "meta.StatusDetails": {
        "causes": many(4, "meta.StatusCause"),
        "retryAfterSeconds": one(5, "int32"),
    },
    "meta.Status": {
        "message": one(3),
        "reason": one(4),
        "details": maybe(5, "meta.StatusDetails"),
        "code": one(6, "int32"),
    },
}
"""What protobuf wraps objects in."""

LIST: Final[Message] = {"metadata": one(1, "meta.ListMeta"), "items": many(2, OPAQUE)}
"""The list of every kind; its items stay apart, so that one that is broken is broken alone."""

KINDS: Final[dict[GVR, str]] = {
    GVR("", "v1", "configmaps"): "core.ConfigMap",
    GVR("", "v1", "events"): "core.Event",
    GVR("", "v1", "nodes"): "core.Node",
    GVR("", "v1", "pods"): "core.Pod",
    GVR("", "v1", "services"): "core.Service",
    GVR("apps", "v1", "daemonsets"): "apps.DaemonSet",
    GVR("apps", "v1", "deployments"): "apps.Deployment",
    GVR("apps", "v1", "replicasets"): "apps.ReplicaSet",
    GVR("apps", "v1", "statefulsets"): "apps.StatefulSet",
    GVR("batch", "v1", "jobs"): "batch.Job",
    GVR("coordination.k8s.io", "v1", "leases"): "coordination.Lease",
    GVR("discovery.k8s.io", "v1", "endpointslices"): "discovery.EndpointSlice",
    GVR("events.k8s.io", "v1", "events"): "events.Event",
}
"""The hot kinds, and the message that an object of each is."""
