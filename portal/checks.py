"""System checks of the site: what would only fail later, said at start."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from portal.resource import resource_path


@register()
def catalogs_are_compiled(**_kwargs: Any) -> Sequence[CheckMessage]:  # noqa: ANN401  (Django's signature)
    """Say so when 简体中文 would silently be English."""
    catalog = resource_path("locale") / "zh_Hans" / "LC_MESSAGES" / "django"
    if catalog.with_suffix(".po").is_file() and not catalog.with_suffix(".mo").is_file():
        return [
            Error(
                "The Chinese catalog is not compiled.",
                hint="Run `make assets`.",
                id="portolan.E001",
            )
        ]
    return []
