"""The order of the run, and what Hypothesis may expect of a busy machine."""

import hypothesis
import pytest

# An example that is slow because the machine is busy is no counterexample.
hypothesis.settings.register_profile(
    "portolan",
    deadline=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("portolan")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser's tests last: its driver keeps an event loop running in this thread.

    Before them stand facts that were begun long before and are only asked for now.
    """
    items.sort(
        key=lambda item: (
            "browser" in item.path.parent.parts[-2:],
            "observations" in getattr(item, "fixturenames", ()),
        )
    )
