"""What reads a kind: its own way where there is one, else the server's Table."""

from dashboard.api.names import Namespace
from dashboard.cache.clock import Clock
from dashboard.client.discovery import ApiResource
from dashboard.client.resource import TableResource
from dashboard.client.transport import Transport


def source_of(
    transport: Transport, resource: ApiResource, namespace: Namespace, clock: Clock
) -> TableResource:
    """Return a ListerWatcher of `resource` in `namespace`; "" is all of them or none."""
    return TableResource(transport, resource, namespace, clock)
