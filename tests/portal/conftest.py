"""Real Kubernetes source, brought here if it is absent (nothing is skipped for want of it), and a reader."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import AsyncClient
from pytest_django import Settings

from portal.resource import resource_path
from portal.source.fetch import ModuleCache
from portal.source.snapshot import Shelf, Snapshot
from portal.source.tree import Tree
from portal.walkthrough.press import PRESS
from portal.walkthrough.stock import Where
from tests.support import source


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The snapshots that are listed."""
    return source.listed()


@pytest.fixture(scope="session")
def snapshot(shelf: Shelf) -> Snapshot:
    """The pinned version."""
    return shelf.get("kubernetes", "v1.36.3")


@pytest.fixture(scope="session")
def where() -> Where:
    """Where the real source lies, of every version that is listed."""
    return source.bring_all()


@pytest.fixture(scope="session")
def real(snapshot: Snapshot, where: Where) -> Tree:
    """The pinned version's files."""
    return Tree(snapshot, ModuleCache(where.caches))


@pytest.fixture
def nowhere(tmp_path: Path) -> Where:
    """A machine on which nothing is imported."""
    return Where(resource_path("content") / "snapshots.toml", (tmp_path,))


@pytest.fixture
async def reader(settings: Settings) -> AsyncIterator[AsyncClient]:
    """A reader on a machine where everyone is let in."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, auth="none")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    yield AsyncClient()
    PRESS.close()
