"""Accounts as a Django app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users; Kubernetes identities and the audit trail follow with the modes that need them."""

    name = "portal.accounts"
    default_auto_field = "django.db.models.BigAutoField"
