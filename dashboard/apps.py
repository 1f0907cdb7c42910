"""The live half as a Django app."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """Holds templates; its caches live in memory and its saved views follow."""

    name = "dashboard"
    default_auto_field = "django.db.models.BigAutoField"
