"""Control planes start, stand side by side, and end with nothing left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import binaries, controlplane, lease, ports, processes, publish, toolchain
from tests.cluster.controlplane import Request, StartFailed
from tests.cluster.facts import eventually, listening_addresses
from tests.cluster.fixtures import OLD_VERSION, Cluster, StartCluster
from tests.cluster.instance import ROOT, BadName, Instance

LOOPBACK = "0100007F"
WAITS = [sys.executable, "-c", "input()"]
"""A harmless program that runs until its standard input ends."""

cluster_test = pytest.mark.cluster


@pytest.fixture
def instance() -> Iterator[Instance]:
    """An instance with a name of the test's own, removed afterwards."""
    made = Instance(f"lone-{os.getpid()}")
    yield made
    made.remove()


@cluster_test
def test_two_clusters_stand_side_by_side(start_cluster: StartCluster) -> None:
    first, second = start_cluster(), start_cluster()

    first.kubectl("create", "namespace", "only-here")

    assert first.server != second.server
    assert "only-here" in first.kubectl("get", "namespaces")
    assert "only-here" not in second.kubectl("get", "namespaces")


@cluster_test
def test_nothing_of_a_cluster_runs_after_stop(instance: Instance) -> None:
    controlplane.start(instance, Request(pods=0))
    run = instance.state()["run"]
    started = instance.processes()
    assert processes.marked(run)

    ended = instance.stop()

    assert ended == len(started) == 2
    assert not any(process.is_alive() for process in started)
    assert processes.marked(run) == []


@cluster_test
def test_second_start_finds_the_first(instance: Instance) -> None:
    assert controlplane.start(instance, Request(pods=0))
    before = instance.processes()

    assert not controlplane.start(instance, Request(pods=0))

    assert instance.processes() == before


@cluster_test
def test_start_at_another_version_leaves_alone_what_runs(instance: Instance) -> None:
    controlplane.start(instance, Request(pods=0))

    with pytest.raises(StartFailed, match=re.escape(binaries.DEFAULT_VERSION)):
        controlplane.start(instance, Request(version=OLD_VERSION, pods=0))

    assert instance.is_alive()


@cluster_test
def test_stop_ends_the_rest_after_one_process_was_killed(instance: Instance) -> None:
    controlplane.start(instance, Request(pods=0))
    run = instance.state()["run"]
    processes.send(instance.process("etcd"), signal.SIGKILL)
    eventually(lambda: not instance.is_alive(), "the kill is noticed")

    instance.stop()

    assert processes.marked(run) == []


@cluster_test
def test_start_after_a_crash_gives_a_new_cluster_at_the_old_address(instance: Instance) -> None:
    controlplane.start(instance, Request(pods=0))
    server = instance.server
    tokens = (instance.pki / "tokens.csv").read_text(encoding="utf-8")
    processes.send(instance.process("apiserver"), signal.SIGKILL)
    eventually(lambda: not instance.is_alive(), "the kill is noticed")

    assert controlplane.start(instance, Request(pods=0))

    assert instance.server == server
    assert (instance.pki / "tokens.csv").read_text(encoding="utf-8") == tokens


def test_recycled_pid_is_not_killed(instance: Instance) -> None:
    """A stranger that got the pid of a process of ours was born at another time."""
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE, start_new_session=True) as stranger:
        instance.begin([])
        impostor = processes.Process("etcd", stranger.pid, "another-birth", (), os.devnull, {})
        instance.update(processes=[impostor.to_json()])

        ended = instance.stop()

        assert ended == 0
        assert stranger.poll() is None


def test_process_that_was_never_recorded_ends_too(instance: Instance) -> None:
    """A start may be killed between a spawn and its record."""
    instance.begin([])
    mark = {**os.environ, processes.RUN_MARK: instance.state()["run"]}
    with subprocess.Popen(WAITS, stdin=subprocess.PIPE, env=mark) as orphan:
        ended = instance.stop()

        assert ended == 1
        assert orphan.wait(timeout=5) == -signal.SIGKILL


def test_start_that_fails_leaves_nothing_running(
    instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "kube-apiserver"
    broken.write_text("#!/bin/sh\necho no such luck\nexit 3\n", encoding="utf-8")
    broken.chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    with pytest.raises(StartFailed, match="no such luck"):
        controlplane.start(instance, Request(pods=0))

    assert processes.marked(instance.state()["run"]) == []
    assert not instance.is_alive()


@cluster_test
def test_leased_cluster_ends_with_an_owner_that_is_killed() -> None:
    name = f"orphan-{os.getpid()}"
    program = (
        "import sys; from tests.cluster.lease import leased; "
        "from tests.cluster.controlplane import Request\n"
        f"with leased({name!r}, Request(pods=0)): print('up', flush=True); sys.stdin.read()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        run = Instance(name).state()["run"]

        owner.kill()

    eventually(lambda: not Instance(name).folder.exists(), "the guard removes the cluster")
    assert processes.marked(run) == []


def test_lease_clears_up_after_an_owner_and_a_guard_that_died(instance: Instance) -> None:
    instance.begin([], owner=f"{os.getpid()}/another-birth")

    lease.clear_up()

    assert not instance.folder.exists()


def test_lease_leaves_alone_what_has_an_owner_or_needs_none(instance: Instance) -> None:
    for owner in (None, f"{os.getpid()}/{processes.birth_of(os.getpid())}"):
        instance.begin([], owner=owner)

        lease.clear_up()

        assert instance.folder.exists()


@cluster_test
@pytest.mark.parametrize("page", ["/flagz", "/statusz", "/readyz?verbose", "/metrics"])
def test_administrator_reads_what_the_api_server_says_of_itself(
    cluster: Cluster, page: str
) -> None:
    assert "apiserver" in cluster.kubectl("get", "--raw", page) or "readyz" in page


@cluster_test
@pytest.mark.parametrize(
    ("which", "git_version", "minor"),
    [("cluster", binaries.DEFAULT_VERSION, "36"), ("old_cluster", OLD_VERSION, "24")],
)
def test_server_is_stamped_with_its_version(
    request: pytest.FixtureRequest, which: str, git_version: str, minor: str
) -> None:
    cluster: Cluster = request.getfixturevalue(which)
    version = json.loads(cluster.kubectl("get", "--raw", "/version"))
    nodes = json.loads(cluster.kubectl("get", "nodes", "-o", "json"))["items"]

    assert version["gitVersion"] == git_version == cluster.version
    assert (version["major"], version["minor"]) == ("1", minor)
    assert version["gitTreeState"] == "clean"
    assert {node["status"]["nodeInfo"]["kubeletVersion"] for node in nodes} == {git_version}


@cluster_test
def test_every_process_listens_on_loopback_alone(any_cluster: Cluster) -> None:
    if any_cluster.instance is None:
        pytest.skip("an existing cluster's processes are not ours")
    pids = [process.pid for process in any_cluster.instance.processes()]

    assert listening_addresses(pids) == {LOOPBACK}


@cluster_test
def test_world_lives_on_after_the_api_server_was_killed(start_cluster: StartCluster) -> None:
    cluster = start_cluster(pods=1)
    assert cluster.instance is not None
    server = cluster.server
    selected = ("pods", "-n", "flags", "-o", "name")
    before = cluster.kubectl("get", *selected).split()
    processes.send(cluster.instance.process("apiserver"), signal.SIGKILL)

    cluster.restart("apiserver")

    def answers() -> bool:
        try:
            return cluster.kubectl("get", *selected).split() == before
        except subprocess.CalledProcessError:
            return False

    eventually(answers, "the API server is back with what etcd holds")
    assert cluster.server == server

    cluster.kubectl("delete", before[0], "-n", "flags", "--wait=false")

    def replaced() -> bool:
        ready = cluster.kubectl("get", "deployment", "flag-api", "-n", "flags", "--no-headers")
        return before[0] not in cluster.kubectl("get", *selected) and " 1/1 " in ready

    eventually(replaced, "controllers, scheduler and kubelet are at work again", limit_s=60)
    assert cluster.instance.is_alive()


def test_kubebuilder_assets_win_over_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("etcd", "kubectl"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))

    tools = binaries.obtain(binaries.DEFAULT_VERSION)

    assert tools["etcd"] == tmp_path / "etcd"
    assert tools["kubectl"] == tmp_path / "kubectl"
    assert tools["kube-apiserver"].parent == binaries.cache_folder(binaries.DEFAULT_VERSION)


def test_old_version_has_servers_of_its_own_and_is_lent_the_rest() -> None:
    old, current = (binaries.obtain(v) for v in (OLD_VERSION, binaries.DEFAULT_VERSION))

    assert {name for name in current if old[name] == current[name]} == {"etcd", "kubectl"}
    assert old.keys() == current.keys()


@pytest.mark.parametrize(
    ("said", "meant"),
    [("1.24.17", "v1.24.17"), ("v1.24.17", "v1.24.17"), (binaries.OLD_ETCD, binaries.OLD_ETCD)],
)
def test_version_is_taken_with_its_letter_and_without(said: str, meant: str) -> None:
    assert binaries.spelled(said) == meant
    assert meant in binaries.modules()


def test_unknown_version_is_refused_with_the_known_ones() -> None:
    with pytest.raises(binaries.UnknownVersion, match=re.escape("v1.36.3")):
        binaries.obtain("v0.1.0")


@pytest.mark.parametrize("name", ["", "Upper", "../up", "a/b", "-a", "x" * 60])
def test_name_that_is_no_dns_label_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        Instance(name)


def test_go_version_is_read_from_go_mod_and_compared_as_numbers() -> None:
    assert toolchain.required_by("module x\n\ngo 1.26.0\n") == (1, 26, 0)
    assert toolchain.required_by("go 1.26.9") < (1, 26, 10)
    with pytest.raises(toolchain.NoGo):
        toolchain.required_by("module x\n")


def test_command_that_is_no_go_has_no_version(tmp_path: Path) -> None:
    assert toolchain.version_of(str(tmp_path / "absent")) is None
    assert toolchain.version_of("/bin/true") is None


def test_ports_return_where_they_are_free_and_never_collide() -> None:
    first = ports.choose(["a", "b"], {}, taken=())

    again = ports.choose(["a", "b"], first, taken=())
    moved = ports.choose(["a", "b"], first, taken={first["a"]})

    assert again == first
    assert moved["a"] != first["a"]
    assert moved["b"] == first["b"]
    assert len(set(first.values())) == 2


def test_only_the_default_cluster_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTOLAN_DATA", str(tmp_path))
    for name in ("default", "other"):
        user = Instance(name).user("admin")
        user.parent.mkdir(parents=True)
        user.write_text(name, encoding="utf-8")
        publish.publish(Instance(name))

    published = tmp_path / "cluster" / "kubeconfig"
    assert published.read_text(encoding="utf-8") == "default"
    assert (tmp_path / "cluster" / "users" / "admin.kubeconfig").exists()

    publish.withdraw(Instance("default"))

    assert not published.exists()
