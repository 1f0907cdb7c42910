"""How an archive is refused: by a SourceError, with nothing written elsewhere and nothing left behind."""

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from portal.source.cargo import take
from portal.source.customs import Limits
from portal.source.errors import SourceError
from tests.support.footprint import footprint, outside

SMALL = Limits(
    members=50,
    total_bytes=1_000_000,
    file_bytes=200_000,
    free_bytes=500_000,
    ratio=10,
    depth=30,
    name_bytes=300,
    part_bytes=100,
    seconds=5.0,
)
"""So that a bomb need not be large."""
LONG_S = 5.0
LARGE_BYTES = 64 * 1024 * 1024

Refuse = Callable[..., SourceError]


def refuser(tmp_path: Path) -> Refuse:
    """Return what takes an archive in, and gives the error that it is refused with."""

    def refuse(brought: bytes | Path, limits: Limits = SMALL, ref: str = "") -> SourceError:
        place = brought if isinstance(brought, Path) else tmp_path / "brought"
        if isinstance(brought, bytes):
            place.write_bytes(brought)
        mod = tmp_path / "data" / "mod"
        began = time.process_time()
        tracemalloc.start()
        try:
            with footprint() as changed, pytest.raises(SourceError) as caught:
                take(place, "sea", "v1.0.0", mod, ref=ref, limits=limits)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert not outside(changed, mod.parent)
        assert not [left for left in mod.rglob("*") if not left.is_dir() or ".part" in left.name]
        assert time.process_time() - began < LONG_S
        assert peak < LARGE_BYTES
        return caught.value

    return refuse
