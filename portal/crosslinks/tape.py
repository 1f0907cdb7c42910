"""A tape in a chapter: what the reflector did at a fault, beside client-go's functions.

No cluster is asked: a tape is the same for everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.template.loader import render_to_string

from dashboard.access.trace import Step
from portal.crosslinks.steps import StepView, step_view
from portal.walkthrough import blocks, shelfmark
from portal.walkthrough.links import Links
from portal.walkthrough.render import Block, Reader
from portal.walkthrough.stock import Where
from portal.walkthrough.tape import Tape, TapeError, TapeStep, read_tape

LONG_MS = 100_000
"""After this long nobody looks at tenths of a second."""


@dataclass(frozen=True, slots=True)
class TapeView:
    """One tape. `group` ties the steps of it together, so that one of them is chosen at a time."""

    title: str
    server: str
    group: str
    steps: tuple[StepView, ...]
    is_open: bool


async def make_tape(block: Block, reader: Reader) -> str:
    """Return the steps of a tape."""
    name, is_open = blocks.tape_options(block)
    tape = read_tape(shelfmark.tapes(), name)
    view = TapeView(
        title=tape.title[reader.language],
        server=tape.server,
        group=f"tape-{name}-{block.line}",
        steps=tuple(
            _view(step, reader.links, tape.cause[reader.language] if at == tape.struck else "")
            for at, step in enumerate(tape.steps)
        ),
        is_open=is_open,
    )
    return render_to_string("crosslinks/tape.html", {"tape": view})


def check_tape(block: Block, where: Where) -> Iterable[str]:
    """Yield what is wrong with a tape block, or with its tape."""
    problems = list(blocks.check_tape(block, where))
    yield from problems
    if not problems:
        yield from unknown_steps(read_tape(shelfmark.tapes(), blocks.tape_options(block)[0]))


def unknown_steps(tape: Tape) -> Iterable[str]:
    """Yield which steps of a tape no reflector takes."""
    known = {step.value for step in Step}
    for step in dict.fromkeys(step.step for step in tape.steps):
        if step not in known:
            yield str(TapeError(f"tape {tape.name}: {step} is no step of a reflector"))


def _view(step: TapeStep, links: Links, before: str) -> StepView:
    seconds = f"{step.at_ms / 1000:.{0 if step.at_ms > LONG_MS else 1}f}"
    return step_view(
        Step(step.step),
        links,
        at=f"PT{seconds}S",
        time=f"+{seconds} s",
        detail=step.detail,
        count=step.count,
        resource_version=step.resource_version,
        before=before,
    )
