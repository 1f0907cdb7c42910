"""The version at which pages open: that of the connected cluster."""

from django.http import HttpRequest

from portal.crosslinks.current import current_cluster


async def running_version(request: HttpRequest, project: str) -> str | None:
    """Return the gitVersion of the connected cluster; None without one, or for another project."""
    if project != "kubernetes" or not hasattr(request, "credential"):
        return None
    cluster = current_cluster(request)
    return cluster.version if cluster else None
