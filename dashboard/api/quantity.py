"""Quantity: a resource amount, exact to a billionth.

Go: k8s.io/apimachinery/pkg/api/resource#ParseQuantity and #Quantity.CanonicalizeBytes. Stricter: a
number needs a digit (Go reads "." and "Ki" as 0), and a decimal exponent has at most three digits.
1000E stays 1000E (Go 0.36.3 loses the suffix and prints 1).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from dashboard.errors import InvalidQuantity, gettext_noop

NANO = 10**9
"""Units in one whole; the server keeps no smaller part."""

BINARY_LIMIT = (2**63 - 1) * NANO
"""The server caps amounts with a binary suffix here, in NANO."""

TEXT_LIMIT = 256
"""Characters of the longest quantity that is read."""

_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_DECIMAL_SUFFIX = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_QUANTITY = re.compile(
    r"(?P<sign>[+-]?)(?=\.?[0-9])(?P<whole>[0-9]*)(?:\.(?P<part>[0-9]*))?"
    r"(?:[eE](?P<exponent>[+-]?[0-9]{1,3})|(?P<suffix>[KMGTPE]i|[numkMGTPE]?))"
)


class Format(StrEnum):
    """Which family of suffixes an amount is written with."""

    BINARY_SI = "BinarySI"
    DECIMAL_SI = "DecimalSI"
    DECIMAL_EXPONENT = "DecimalExponent"


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """`nanos` billionths; equal and ordered by amount, however it was written: 1 is 1000m."""

    nanos: int
    format: Format = field(default=Format.DECIMAL_SI, compare=False)

    @property
    def value(self) -> Fraction:
        """The exact amount in whole units: bytes, cores."""
        return Fraction(self.nanos, NANO)

    def __str__(self) -> str:
        """The canonical form: no fraction, the largest suffix that loses nothing."""
        if self.nanos == 0:
            return "0"
        whole, rest = divmod(self.nanos, NANO)
        if self.format is Format.BINARY_SI and rest == 0 and abs(whole) >= 1024:
            return _binary(whole)
        return _decimal(self.nanos, self.format)


def parse_quantity(text: str) -> Quantity:
    """Return the amount that `text` is; smaller parts than a billionth round away from zero.

    Raises InvalidQuantity.
    """
    match = _QUANTITY.fullmatch(text) if len(text) <= TEXT_LIMIT else None
    if match is None:
        raise InvalidQuantity(value=text, reason=gettext_noop("not a quantity"))
    sign = -1 if match["sign"] == "-" else 1
    part = match["part"] or ""
    digits = int(match["whole"] + part)
    suffix = match["suffix"]
    if suffix in _BINARY:
        scaled = _divided_up(digits * NANO << _BINARY[suffix], 10 ** len(part))
        scaled = min(scaled, BINARY_LIMIT)
        # Below one a binary suffix says nothing, and the server forgets it.
        is_fraction = 0 < scaled < NANO
        return Quantity(sign * scaled, Format.DECIMAL_SI if is_fraction else Format.BINARY_SI)
    exponent = int(match["exponent"]) if suffix is None else _DECIMAL[suffix]
    form = Format.DECIMAL_EXPONENT if suffix is None else Format.DECIMAL_SI
    return Quantity(sign * _shifted_up(digits, 9 + exponent - len(part)), form)


def _divided_up(number: int, by: int) -> int:
    return -(-number // by)


def _shifted_up(number: int, places: int) -> int:
    return number * 10**places if places >= 0 else _divided_up(number, 10**-places)


def _binary(whole: int) -> str:
    suffix = ""
    for candidate, bits in _BINARY.items():
        if whole % (1 << bits):
            break
        suffix = candidate
    return f"{whole >> _BINARY[suffix] if suffix else whole}{suffix}"


def _decimal(nanos: int, form: Format) -> str:
    mantissa, exponent = nanos, -9
    while mantissa % 1000 == 0 and (form is Format.DECIMAL_EXPONENT or exponent < 18):
        mantissa, exponent = mantissa // 1000, exponent + 3
    if form is Format.DECIMAL_EXPONENT:
        return f"{mantissa}e{exponent}" if exponent else str(mantissa)
    return f"{mantissa}{_DECIMAL_SUFFIX[exponent]}"
