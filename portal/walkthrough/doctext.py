"""A doc comment in the passages that a page sets: text, and code that is indented in it.

Source: go.dev/doc/comment, "Code Blocks".
"""

import re
from dataclasses import dataclass
from textwrap import dedent

_CODE = re.compile(r"[ \t]++(?![-*+•]|\d+[.)])")
"""How code begins; a list is indented too."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, with its lines as they were written."""

    text: str
    is_code: bool


def passages(doc: str) -> tuple[Passage, ...]:
    """Return the passages of a doc comment in order; code that follows code is one with it."""
    found: list[Passage] = []
    for text in re.split(r"\n(?:[ \t]*\n)+", doc):
        is_code = bool(_CODE.match(text))
        if is_code and found and found[-1].is_code:
            found[-1] = Passage(f"{found[-1].text}\n\n{text}", is_code=True)
        elif text.strip():
            found.append(Passage(text, is_code))
    return tuple(
        Passage(dedent(one.text) if one.is_code else one.text, one.is_code) for one in found
    )
