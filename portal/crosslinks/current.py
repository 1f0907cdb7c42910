"""The cluster that a page without one in its address speaks of."""

from django.http import HttpRequest

from dashboard.access import directory
from dashboard.access.directory import ClusterState


def current_cluster(request: HttpRequest) -> ClusterState | None:
    """Return the cluster of `?cluster=`, else the first connected one, else None.

    A cluster that nobody has looked at yet is not connected for the sake of a chapter.
    """
    connected = [cluster for cluster in directory.found().clusters if cluster.is_connected]
    asked = request.GET.get("cluster")
    named = [cluster for cluster in connected if cluster.slug == asked]
    return next(iter(named or connected), None)
