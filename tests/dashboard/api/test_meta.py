"""ObjectMeta answers where an object lives and who manages it."""

from dashboard.api.meta import ObjectMeta, OwnerReference
from dashboard.api.names import Namespace, ObjectKey, ObjectName, Uid
from dashboard.api.resourceversion import ResourceVersion


def owner(name: str, *, controller: bool) -> OwnerReference:
    return OwnerReference("apps/v1", "ReplicaSet", ObjectName(name), Uid("u-" + name), controller)


def meta(*owners: OwnerReference) -> ObjectMeta:
    return ObjectMeta(
        ObjectName("web-1"),
        Uid("u"),
        ResourceVersion("7"),
        Namespace("shop"),
        owner_references=owners,
    )


def test_the_controller_is_the_one_owner_that_manages() -> None:
    guest, manager = owner("guest", controller=False), owner("web", controller=True)

    assert meta(guest, manager).controller == manager
    assert meta(guest).controller is None


def test_equal_metadata_hashes_equally() -> None:
    assert hash(meta()) == hash(meta())
    assert meta().key == ObjectKey(Namespace("shop"), ObjectName("web-1"))
