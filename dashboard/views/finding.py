"""What is wrong and what changed, as templates print it: each with what the cluster itself said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line of proof: who said it, and its words verbatim around the one that decides."""

    source: str
    before: str
    word: str
    after: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """Where to go from here, in this order: `icon` is box (object), code (source), book (chapter)."""

    icon: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem; `tone` is fail, warn or doubt, `why` ends the sentence that `name` begins."""

    tone: str
    name: str
    why: str
    url: str
    when: str
    evidence: tuple[Evidence, ...] = ()
    links: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; `at` is RFC 3339, `when` the same in words, `who` the field manager.

    `icon` and `tone` are those of a status mark.
    """

    at: str
    when: str
    icon: str
    tone: str
    name: str
    url: str
    what: str
    who: str
