"""What a question is answered from: the listing of all, or those of the namespaces that may be seen."""

from pathlib import Path

import pytest
from django.conf import settings

from dashboard import clusters
from dashboard.access.question import Wanted, resolve, scope_of, select
from dashboard.api.credential import OwnCredential
from dashboard.api.names import NO_NAMESPACE, Namespace
from dashboard.api.state import State
from tests.cluster.fixtures import Cluster

pytestmark = pytest.mark.cluster

KIND = "pods.v1"
OWN = frozenset({Namespace("payments")})
"""Where alice may list pods."""


async def test_who_may_see_a_part_is_shown_it_while_the_listing_of_all_is_being_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    slug = cluster.kubectl("config", "current-context", user="alice").strip()
    monkeypatch.setenv("KUBECONFIG", str(cluster.user("alice")))
    await clusters.start(Path(settings.ENVIRONMENT.data), (), resident=())
    try:
        connection, resource = await resolve(slug, KIND)
        await scope_of(connection, OwnCredential(), resource, OWN)  # the gate need not ask later

        async with connection.informers.informer(resource.gvr, NO_NAMESPACE) as whole:
            states = [whole.reflector.state]
            async with select(Wanted(slug, KIND, OWN), OwnCredential()) as shown:
                assert shown.total > 0
                states += [shown.state, whole.reflector.state]
            assert states == [State.SYNCING, State.LIVE, State.DENIED]
    finally:
        await clusters.stop()
