"""Whom a cluster takes a visitor for."""

from dashboard.api.credential import Credential
from dashboard.api.viewer import Viewer
from dashboard.clusters.cluster import Connection


def viewer(connection: Connection, credential: Credential) -> Viewer:  # noqa: ARG001
    """Return the viewer that `credential` makes on the cluster: on a laptop, its owner.

    There is one kind of credential yet; each further one gets its branch here and nowhere else.
    """
    return connection.owner
