"""What reads a kind: its own way where there is one, else the server's Table."""

from dashboard.api.names import Namespace
from dashboard.cache.clock import Clock
from dashboard.client.discovery import ApiResource
from dashboard.client.hotresource import HotResource
from dashboard.client.resource import TableResource
from dashboard.client.transport import Transport
from dashboard.rows.printer import printer


def source_of(
    transport: Transport,
    resource: ApiResource,
    namespace: Namespace,
    clock: Clock,
    *,
    version: str = "",
) -> TableResource | HotResource:
    """Return a ListerWatcher of `resource` in `namespace`; "" is all of them or none.

    `version` is the server's own, "" where it is not known.
    """
    if printer(resource.gvr) is None:
        return TableResource(transport, resource, namespace, clock)
    return HotResource(transport, resource, namespace, clock, version=version)
