"""A short name for a symbol: ten signs made of its import path and its name, and of no line or version.

Four signs are the package's, six the name's, so that it is found again by reading one package, and
nothing has to be stored. A version of Kubernetes has some 3,000 packages, and some 6,000 names in the
largest of them: that two symbols share a short name is as likely as one in some 10,000 million pairs of
a package, and whoever asks is then told both. Source: Crockford, "Base 32".
"""

import hashlib
import re

SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
PACKAGE_SIGNS = 4
NAME_SIGNS = 6
_MISREAD = str.maketrans("oil", "011")


def short(importpath: str, name: str) -> str:
    """Return the short name of a symbol."""
    return of_package(importpath) + of_name(name)


def of_package(importpath: str) -> str:
    """Return the part that stands for a package."""
    return _signs(importpath, PACKAGE_SIGNS)


def of_name(name: str) -> str:
    """Return the part that stands for a name in its package."""
    return _signs(name, NAME_SIGNS)


def read(text: str) -> str | None:
    """Return the short name that a reader typed, capitals and misread signs mended; None: it is none."""
    mended = text.lower().translate(_MISREAD)
    whole = rf"[{SIGNS}]{{{PACKAGE_SIGNS + NAME_SIGNS}}}"
    return mended if re.fullmatch(whole, mended) else None


def _signs(text: str, count: int) -> str:
    bits = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return "".join(SIGNS[bits >> (59 - 5 * place) & 31] for place in range(count))
