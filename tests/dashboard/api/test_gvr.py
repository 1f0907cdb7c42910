"""The KIND form: exact for what is exact, and open where kubectl leaves it open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.api.gvr import GVR, ShortKind, format_kind, parse_kind
from dashboard.errors import UnknownKind

labels = st.from_regex(r"[a-z]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
groups = st.lists(labels, min_size=1, max_size=4).map(".".join)
kube_versions = st.from_regex(r"v[1-9][0-9]?((alpha|beta)[1-9])?", fullmatch=True)
gvrs = st.builds(GVR, st.just("") | groups, kube_versions, labels)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pods.v1", GVR("", "v1", "pods")),
        ("deployments.v1.apps", GVR("apps", "v1", "deployments")),
        ("certificates.v1.cert-manager.io", GVR("cert-manager.io", "v1", "certificates")),
        ("leases.v1beta1.coordination.k8s.io", GVR("coordination.k8s.io", "v1beta1", "leases")),
        ("pods.v1.look-alike.example.com", GVR("look-alike.example.com", "v1", "pods")),
    ],
)
def test_a_kind_is_read_exactly(text: str, expected: GVR) -> None:
    assert parse_kind(text) == expected
    assert format_kind(expected) == str(expected) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("po", ShortKind("po")),
        ("pods", ShortKind("pods")),
        ("Pod", ShortKind("pod")),
        ("deployments.apps", ShortKind("deployments", "apps")),
        ("pods.", ShortKind("pods", "")),
        ("widgets.1st.example.com", ShortKind("widgets", "1st.example.com")),
        ("pods.v1.", ShortKind("pods", "", GVR("", "v1", "pods"))),
        ("Deployments.v1.apps", ShortKind("deployments", "apps", GVR("apps", "v1", "deployments"))),
    ],
)
def test_a_short_form_is_left_to_discovery(text: str, expected: ShortKind) -> None:
    assert parse_kind(text) == expected


def test_both_readings_stay_open_where_the_version_has_an_unusual_shape() -> None:
    parsed = parse_kind("certificates.cert-manager.io")

    assert parsed == ShortKind(
        "certificates", "cert-manager.io", GVR("io", "cert-manager", "certificates")
    )


def test_a_group_that_begins_like_a_version_can_still_be_found() -> None:
    parsed = parse_kind("widgets.v1.example.com")

    assert isinstance(parsed, GVR)
    assert parsed.other_reading == ShortKind("widgets", "v1.example.com")
    assert GVR("", "v1", "pods").other_reading is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        ".v1.apps",
        "pods..v1",
        "pods.v1..",
        "pods.v1.apps.",
        "1pods",
        "pods/log",
        "pods.v1.a_b",
        "../secrets",
        "pods%2f",
        "pods.v1\n",
        "подс",
        "po ds",
        "a" * 64,
        "pods." + "a" * 400,
        "-",
    ],
)
def test_garbage_is_an_unknown_kind(text: str) -> None:
    with pytest.raises(UnknownKind):
        parse_kind(text)


@given(gvrs)
def test_a_kind_round_trips(gvr: GVR) -> None:
    assert parse_kind(format_kind(gvr)) == gvr


@given(labels, labels, groups)
def test_a_version_of_any_shape_round_trips_through_one_of_the_readings(
    resource: str, version: str, group: str
) -> None:
    gvr = GVR(group, version, resource)

    parsed = parse_kind(str(gvr))

    assert gvr in {parsed, getattr(parsed, "gvr", None)}


@given(st.text())
def test_any_text_is_a_kind_a_short_kind_or_unknown(text: str) -> None:
    try:
        parsed = parse_kind(text)
    except UnknownKind:
        return

    assert isinstance(parsed, GVR | ShortKind)


@given(st.tuples(st.text(max_size=5), st.text(max_size=5), st.text(max_size=5)))
def test_a_gvr_that_exists_is_safe_in_a_path(parts: tuple[str, str, str]) -> None:
    try:
        gvr = GVR(*parts)
    except UnknownKind:
        return

    assert set(str(gvr)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")


def test_gvrs_sort_by_group_then_version_then_resource() -> None:
    pods, jobs, deployments = (
        GVR("", "v1", "pods"),
        GVR("batch", "v1", "jobs"),
        GVR("apps", "v1", "deployments"),
    )

    assert sorted([jobs, deployments, pods]) == [pods, deployments, jobs]


def test_the_api_version_of_the_core_group_has_no_slash() -> None:
    assert GVR("", "v1", "pods").group_version == "v1"
    assert GVR("apps", "v1", "deployments").group_version == "apps/v1"
