"""Tapes stand in the list-and-watch chapter, each step beside its Go function, without any cluster."""

import re
from dataclasses import replace

import pytest
from django.test import AsyncClient

from dashboard.cache.trace import Step
from portal.crosslinks import tape as tapes_of_chapters
from portal.crosslinks.steps import MEANINGS
from portal.crosslinks.tape import check_tape, unknown_steps
from portal.source.package import Packages
from portal.source.tree import Tree
from portal.walkthrough.render import Block
from portal.walkthrough.shelfmark import tapes
from portal.walkthrough.stock import Where
from portal.walkthrough.tape import read_tape

CHAPTER = "learn/client-go/list-and-watch"
NAMES = sorted(path.stem for path in tapes().glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_each_step_of_a_tape_has_its_function_in_the_source(real: Tree, name: str) -> None:
    packages = Packages()
    tape = read_tape(tapes(), name)

    assert list(unknown_steps(tape)) == []
    for step in tape.steps:
        place = MEANINGS[Step(step.step)].place
        packages.get(real, place.importpath).symbol(place.name)


def test_step_that_no_reflector_takes_is_reported(
    nowhere: Where, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = read_tape(tapes(), "connection-cut")
    odd = replace(cut, steps=(replace(cut.steps[0], step="leap"),))
    monkeypatch.setattr(tapes_of_chapters, "read_tape", lambda *_: odd)

    found = list(check_tape(Block("tape", "fault=connection-cut", "", 1), nowhere))

    assert found == ["tape connection-cut: leap is no step of a reflector"]


@pytest.mark.parametrize("language", ["", "zh-hans/"])
async def test_the_chapter_has_every_tape_with_what_happened_where_it_did(
    reader: AsyncClient, language: str
) -> None:
    page = (await reader.get(f"/{language}{CHAPTER}")).content.decode()

    shown = re.findall(r'<details class="evid replay tape".*?</details>', page, flags=re.DOTALL)
    assert len(shown) == len(NAMES)
    for name in NAMES:
        tape = read_tape(tapes(), name)
        title = tape.title[language.strip("/") or "en"]
        (block,) = (each for each in shown if f"<b>{title}</b>" in each)
        lines = block.split("<li")[1:]
        struck = [at for at, line in enumerate(lines) if 'class="struck"' in line]
        assert struck == ([] if tape.struck is None else [tape.struck])
        assert len(lines) == len(tape.steps) + len(struck)
        assert len(set(re.findall(r'type="radio" name="([^"]+)"', block))) == 1
        for step in tape.steps:
            assert f">{MEANINGS[Step(step.step)].place.name}</a>" in block
