"""Readers of versions that a test has written down."""

from collections.abc import AsyncIterator

import pytest
from django.test import AsyncClient

from portal.walkthrough import shelfmark
from portal.walkthrough.codesearch import READER
from portal.walkthrough.stock import Where


@pytest.fixture
async def visitor(
    reader: AsyncClient, monkeypatch: pytest.MonkeyPatch, sea: Where
) -> AsyncIterator[AsyncClient]:
    """A reader on a machine that has the versions of the test's own `sea`, and nothing else."""
    monkeypatch.setattr(shelfmark, "where", lambda: sea)
    yield reader
    READER.close()
