"""What an API server makes of rights: M1, M2, M3, M10, M11, M12."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from tests.facts.conftest import VERSIONS, Observations
from tests.facts.patience import STILL_DELIVERED
from tests.facts.server import JSON, RBAC, Answer, Json, Server

pytestmark = pytest.mark.cluster

REVIEWS = "/apis/authorization.k8s.io/v1"
READ = ["get", "list", "watch"]
WHO_AM_I = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
BODY = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
ASKED = 400
AT_ONCE = 16
BUDGET_PER_S = 200
"""What Portolan asks of one cluster at most."""
REACHED_BY_A_READING_STAR = (
    ("nodes", "proxy"),
    ("pods", "exec"),
    ("pods", "attach"),
    ("pods", "portforward"),
    ("services", "proxy"),
    ("serviceaccounts", "token"),
    ("secrets", ""),
)


async def granted(server: Server, name: str, user: str, *rules: Json) -> None:
    """Give `user` a ClusterRole, and return once the server knows of it."""
    role = {"metadata": {"name": name}, "rules": list(rules)}
    answer = await server.admin.post(f"{RBAC}/clusterroles", role)
    if answer.status == 409:
        return
    assert answer.status == 201
    await server.bind(RBAC, name, user)
    rule = rules[0]
    attributes = {
        "verb": rule["verbs"][0],
        "group": rule["apiGroups"][0],
        "resource": rule["resources"][0],
        "name": rule.get("resourceNames", [""])[0],
    }
    await server.until(lambda: review(server, user, (), **attributes), is_allowed)


async def allowed(server: Server, user: str, groups: Sequence[str] = (), **of: str) -> bool:
    """Return whether `user` may do it, in the API server's word to the administrator."""
    answer = await review(server, user, groups, **of)
    assert answer.status == 201, answer.body
    return is_allowed(answer)


async def review(server: Server, user: str, groups: Sequence[str], **of: str) -> Answer:
    spec = {"user": user, "groups": list(groups), "resourceAttributes": of}
    return await server.admin.post(f"{REVIEWS}/subjectaccessreviews", {"spec": spec})


def is_allowed(answer: Answer) -> bool:
    return bool(answer.json["status"]["allowed"])


def rule(verbs: list[str], resources: list[str], group: str = "", **more: list[str]) -> Json:
    return {"verbs": verbs, "apiGroups": [group], "resources": resources, **more}


@pytest.mark.parametrize("version", VERSIONS)
async def test_m1_an_open_watch_outlives_the_right_to_it(
    observations: Observations, version: str
) -> None:
    """The API server asks who may watch when a watch begins, and never again."""
    seen = await asyncio.wrap_future(observations.silence[version])

    assert seen.refused_at_once.status == 403
    assert seen.delivered == [f"secretly-{number}" for number in range(STILL_DELIVERED)]


@pytest.mark.parametrize("blank", ["", " "])
async def test_m2_a_blank_impersonation_is_none(server: Server, blank: str) -> None:
    """The request runs as the one who sent it, with all that they may."""
    await granted(server, "m2-impersonates", "portal", rule(["impersonate"], ["users", "groups"]))
    await granted(server, "m2-reads-secrets", "portal", rule(["list"], ["secrets"]))
    portal = server.user("portal")
    secrets = "/api/v1/namespaces/default/secrets"

    as_dave = await portal.get(secrets, JSON, {"Impersonate-User": "dave"})
    as_nobody = await portal.get(secrets, JSON, {"Impersonate-User": blank})

    assert as_dave.status == 403
    assert as_nobody.status == 200
    if not server.is_old:
        told = await portal.post(WHO_AM_I, BODY, headers={"Impersonate-User": blank})
        assert told.json["status"]["userInfo"]["username"] == "portal"


async def test_m2_an_old_server_forbids_to_ask_it_who_one_is(server: Server) -> None:
    """SelfSubjectReview is of 1.28. Where there is none, 404 is for those alone whom a role lets ask."""
    narrow = await server.user("dave").post(WHO_AM_I, BODY)
    wide = await server.admin.post(WHO_AM_I, BODY)

    assert (narrow.status, wide.status) == ((403, 404) if server.is_old else (201, 201))


async def test_m2_a_group_without_a_user_is_refused(server: Server) -> None:
    await granted(server, "m2-impersonates", "portal", rule(["impersonate"], ["users", "groups"]))

    answer = await server.user("portal").get(
        "/api/v1/namespaces", JSON, {"Impersonate-Group": "system:masters"}
    )

    assert answer.status == (500 if server.is_old else 400)
    assert b"without impersonating a user" in answer.body
    assert answer.body.startswith(b"{") == (not server.is_old), (
        "an old server says it in plain text"
    )


async def test_m3_who_may_impersonate_anybody_is_the_administrator(server: Server) -> None:
    await granted(server, "m3-impersonates", "grace", rule(["impersonate"], ["users", "groups"]))
    everything = {"Impersonate-User": "whoever", "Impersonate-Group": "system:masters"}
    secrets = "/api/v1/secrets"

    assert (await server.user("grace").get(secrets)).status == 403
    assert (await server.user("grace").get(secrets, JSON, everything)).status == 200


async def test_m10_a_right_to_names_allows_a_list_of_one_and_no_collection(server: Server) -> None:
    space = await server.namespace("facts-m10")
    for name in ("s1", "s2"):
        await server.admin.post(f"{space}/secrets", {"metadata": {"name": name}})
    await granted(server, "m10-s1", "bob", rule(READ, ["secrets"], resourceNames=["s1"]))
    bob = server.user("bob")
    about = {"verb": "list", "resource": "secrets", "namespace": "facts-m10"}

    whole = await bob.get(f"{space}/secrets")
    one = await bob.get(f"{space}/secrets", fieldSelector="metadata.name=s1")

    assert whole.status == 403
    assert [item["metadata"]["name"] for item in one.json["items"]] == ["s1"]
    assert not await allowed(server, "bob", **about)
    assert await allowed(server, "bob", **about, name="s1"), "the collection's question has no name"


async def test_m11_a_star_that_only_reads_reaches_into_pods_and_nodes(server: Server) -> None:
    """Get on these is what a connection is opened with, or a token asked for by an old client."""
    await granted(server, "m11-star", "erin", rule(READ, ["*"], "*"))

    for resource, subresource in REACHED_BY_A_READING_STAR:
        about = {"verb": "get", "resource": resource, "subresource": subresource}
        assert await allowed(server, "erin", **about), about


async def test_m12_a_review_of_a_misspelt_resource_denies_users_and_allows_masters(
    server: Server,
) -> None:
    await granted(server, "m12-reads", "carol", rule(READ, ["pods"]))

    assert await allowed(server, "carol", verb="list", resource="pods")
    assert not await allowed(server, "carol", verb="list", resource="podz")
    assert await allowed(server, "root", ["system:masters"], verb="list", resource="podz")


async def test_m12_reviews_are_answered_faster_than_they_are_asked_for(server: Server) -> None:
    """1,141 a second were seen on two idle cores; here others use the cores as well."""
    slots = asyncio.Semaphore(AT_ONCE)
    body = {"spec": {"user": "dave", "resourceAttributes": {"verb": "list", "resource": "pods"}}}

    async def ask() -> Answer:
        async with slots:
            return await server.admin.post(f"{REVIEWS}/subjectaccessreviews", body)

    begun = time.monotonic()
    answers = await asyncio.gather(*(ask() for _ in range(ASKED)))
    took_s = time.monotonic() - begun

    assert {answer.status for answer in answers} == {201}
    assert ASKED / took_s > BUDGET_PER_S
