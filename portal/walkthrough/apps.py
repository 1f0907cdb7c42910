"""The reading half as a Django app."""

from django.apps import AppConfig


class WalkthroughConfig(AppConfig):
    """Holds the chapter templates; notes, progress and books of teams follow."""

    name = "portal.walkthrough"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Fill the blocks of chapters that need no cluster."""
        from portal.walkthrough.blocks import register_blocks

        register_blocks()
