"""Of a version of which proxies have a part alone, pages say what is read from another."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import AsyncClient

from portal.source.fetch import ModuleCache
from portal.source.intake import take_in
from portal.source.snapshot import Shelf, dump, load
from portal.source.view import Collection
from portal.walkthrough import shelfmark
from tests.support import editions

FILES = {
    "go.mod": "module example.org/sea\n",
    "chart/a.go": "package chart\n",
    "staging/src/buoy/go.mod": "module example.org/buoy\n",
    "staging/src/buoy/b.go": "package buoy\n",
}


async def test_a_part_that_another_version_lends_is_said_where_it_is_shown(
    reader: AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    where = editions.written(
        tmp_path, {"v1.0.0": FILES, "v1.1.0": FILES | {"chart/a.go": "package chart // newer\n"}}
    )
    old, new = load(where.snapshots).snapshots
    lent = replace(new, version="v1.2.0", modules=(old.modules[0], new.modules[1]))
    take_in(lent, ModuleCache(where.caches), Collection(tmp_path / "index"), lambda _step: None)
    where.snapshots.write_text(dump(Shelf((old, new, lent))))
    monkeypatch.setattr(shelfmark, "where", lambda: where)

    async def says(path: str) -> bool:
        page = await reader.get(f"/source/sea@{path}")
        assert page.status_code == 200
        return "it is read from example.org/sea@v1.0.0" in page.content.decode()

    assert await says("v1.2.0/")
    assert await says("v1.2.0/chart/a.go")
    assert not await says("v1.2.0/staging/src/buoy/b.go")
    assert not await says("v1.1.0/chart/a.go")
