"""What the rows of all workloads say of the pods that they make."""

from sys import intern

from dashboard.rows.selector import NONE, selector_text
from dashboard.wire.partial import Partial, parts


def replicas(spec: Partial) -> int:
    """Return how many pods are wanted; the server has filled in what nobody said."""
    return int(spec.replicas) if spec.HasField("replicas") else 0


def containers(template: Partial) -> tuple[str, str]:
    """Return the names and the images of a pod template's containers.

    Go: k8s.io/kubernetes/pkg/printers/internalversion#layoutContainerCells.
    """
    found = parts("core.Container", template.spec.containers)
    if len(found) == 1:
        return intern(found[0].name), intern(found[0].image)
    return ",".join([each.name for each in found]), ",".join([each.image for each in found])


def selector(spec: Partial) -> str:
    """Return the label selector of a workload.

    Go: k8s.io/apimachinery/pkg/apis/meta/v1#FormatLabelSelector.
    """
    text = selector_text(spec.selector) if spec.HasField("selector") else ""
    return "<error>" if text is None else text or NONE
