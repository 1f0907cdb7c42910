"""Whether there is any cluster to show, for a start that otherwise shows the demo."""

from pathlib import Path

from dashboard.client import config


def is_empty(data: Path) -> bool:
    """Whether no place names a cluster; one whose configuration cannot be used is a cluster all the same."""
    return config.find(data).source is None
