"""The site as a Django app: its commands, templates and checks."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Holds no tables; `portal.accounts` and `portal.walkthrough` do."""

    name = "portal"

    def ready(self) -> None:
        """Register the system checks."""
        from portal import checks  # noqa: F401  (registers by import)
