"""The user table, ours from the first migration so that it can grow."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody who signs in; has no Kubernetes identity until an administrator maps one."""
