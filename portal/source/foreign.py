"""Some types of packages that are not imported: see foreign.toml, which says what is in it."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from portal.source.methodset import INTERFACE, STRUCT

_TABLE: dict[str, Any] = tomllib.loads(
    files("portal.source").joinpath("foreign.toml").read_text(encoding="utf-8")
)


def aliases() -> dict[str, str]:
    """Return what each alias stands for; a type is spelled `$IMPORTPATH.Name`."""
    return {f"${name}": target for name, target in _TABLE["alias"].items()}


def types() -> Iterator[tuple[str, str, str, dict[str, tuple[bool, str]]]]:
    """Yield (import path, name, form, methods) of each type.

    Methods are by name: whether the pointer alone has it, and its signature.
    """
    for kind, form in (("interface", INTERFACE), ("type", STRUCT)):
        for full, rows in _TABLE[kind].items():
            importpath, _dot, name = full.rpartition(".")
            methods = {
                method.removeprefix("*"): (method.startswith("*"), signature)
                for method, signature in rows.items()
            }
            yield importpath, name, form, methods
