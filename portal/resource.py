"""Where the files that travel with the code lie, in a checkout and in an installed package alike."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource_path(name: str) -> Path:
    """Return the folder of `name`: "content", "static" or "locale".

    An installed package carries them inside `portal` (hatchling's force-include); a checkout has
    them beside it. Raises FileNotFoundError when neither is there: the installation is broken.
    """
    for place in (PACKAGE / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"{name}/ is in neither {PACKAGE} nor {PACKAGE.parent}: reinstall Portolan"
    )


def bundles(data: Path) -> Path | None:
    """Return the folder of fonts and third-party browser code, or None where none were built.

    A wheel carries them inside `portal`; a checkout builds them into its data folder, `data`, or
    into its own `var` when another data folder is in use.
    """
    root = checkout()
    places = [PACKAGE / "bundles", data / "bundles", *([root / "var" / "bundles"] if root else [])]
    return next((place for place in places if place.is_dir()), None)


def checkout() -> Path | None:
    """Return the root of the checkout that this code runs from, or None when it is installed."""
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "Makefile").is_file() else None
