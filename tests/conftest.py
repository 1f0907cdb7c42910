"""The order of the run."""

import pytest


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: its driver keeps an event loop running in this thread."""
    items.sort(key=lambda item: "browser" in item.path.parent.parts[-2:])
