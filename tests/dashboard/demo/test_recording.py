"""What the package carries: nothing that is somebody's, and nothing that was left unfinished."""

import gzip
import re
from importlib.resources import files

from dashboard.demo.recording import Recording
from dashboard.demo.storage import Shape
from dashboard.demo.world import World
from tests.dashboard.demo.conftest import NewWorld
from tests.support.clock import FakeClock

STATUSES = {
    "Running",
    "Completed",
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "OOMKilled",
    "Error",
    "Evicted",
    "Pending",
    "ContainerCreating",
    "Terminating",
    "Unknown",
    "Init:0/1",
    "Init:CrashLoopBackOff",
    "Init:Error",
    "InvalidImageName",
    "CreateContainerConfigError",
    "ContainerStatusUnknown",
}


def test_it_is_small_and_holds_nothing_that_is_somebodys() -> None:
    packed = files("dashboard.demo").joinpath("recording.json.gz").read_bytes()
    text = gzip.decompress(packed).decode()

    assert len(packed) < 600_000
    assert not re.search(r"PRIVATE KEY|BEGIN CERTIFICATE|LS0tLS1CRUdJTiB|world\.portolan", text)
    assert '"secrets.v1"' not in text


def test_it_shows_every_state_that_a_pod_can_be_in(recording: Recording) -> None:
    names = [column["name"] for column in recording.columns["pods.v1"]]
    shown = {
        item.shown["pods.v1"][1][names.index("Status")]
        for item in (*recording.snapshot, *recording.tape)
        if "pods.v1" in item.shown
    }

    assert shown >= STATUSES


def test_every_kind_that_is_not_secret_has_columns(recording: Recording) -> None:
    listable = {
        ".".join(
            filter(None, (item["resource"], version["version"], group["metadata"].get("name")))
        )
        for document in recording.discovery.values()
        for group in document["items"]
        for version in group["versions"]
        if version.get("freshness") != "Stale"
        for item in version["resources"]
        if "list" in item["verbs"]
    }

    assert listable - {"secrets.v1"} == set(recording.columns)


def test_everything_that_is_ever_shown_is_whole_json(
    recording: Recording, clock: FakeClock, new_world: NewWorld
) -> None:
    world: World = new_world()
    moment = next(iter(world.storage.collections["pods.v1"])).moment
    for item in (*recording.snapshot, *recording.tape):
        for shown in item.shown.values():
            shape = Shape(*shown)
            for text in (shape.object.render(moment), shape.cells.render(moment, clock.now_ms())):
                assert "{{" not in text
