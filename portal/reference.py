"""Where a symbol is used, line by line."""

from dataclasses import dataclass

from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Reference:
    """One place: either the line, as highlighted `html`, or the `name` of what is there.

    `url` is "" where there is no one place; `is_likely` marks what was found without types.
    """

    where: str
    url: str = ""
    html: SafeString | None = None
    name: str = ""
    name_url: str = ""
    is_likely: bool = False


@dataclass(frozen=True, slots=True)
class ReferenceGroup:
    """References, implementers or callers."""

    title: str
    end: str
    lines: tuple[Reference, ...]
