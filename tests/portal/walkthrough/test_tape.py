"""A tape is read as it was written, and one that is not as tapes are says what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.walkthrough.blocks import check_tape
from portal.walkthrough.render import Block
from portal.walkthrough.shelfmark import tapes
from portal.walkthrough.stock import Where
from portal.walkthrough.tape import TapeError, read_tape

NAMES = sorted(path.stem for path in tapes().glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_every_tape_is_as_tapes_are_and_small(name: str) -> None:
    tape = read_tape(tapes(), name)

    assert tape.server.startswith("v1.")
    assert len(tape.steps) <= 20
    assert (tapes() / f"{name}.json").stat().st_size < 4096


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"steps": []}, "steps begin at 0 ms"),
        ({"steps": [{"step": "watch"}]}, "step 1 has too much or too little: at_ms, count, detail"),
        ({"struck": 99}, "struck is a number of steps"),
        ({"title": {"en": "Cut"}}, "title is a sentence in each of en, zh-hans"),
        ({"server": ""}, "server is text"),
        ({"colour": "red"}, "knows no colour"),
    ],
)
def test_tape_that_is_none_says_why(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    whole = json.loads((tapes() / "connection-cut.json").read_bytes())
    (tmp_path / "cut.json").write_text(json.dumps(whole | change))

    with pytest.raises(TapeError, match=f"tape cut: {problem}"):
        read_tape(tmp_path, "cut")


def test_tape_lacks_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text("{}")
    (tmp_path / "torn.json").write_text("{")

    with pytest.raises(TapeError, match="tape cut: lacks 'steps'"):
        read_tape(tmp_path, "cut")
    with pytest.raises(TapeError, match="tape torn: "):
        read_tape(tmp_path, "torn")


@pytest.mark.parametrize(
    ("info", "body", "problem"),
    [
        ("fault=streams", "", "there is no tape streams; there are: bookmark, connection-cut"),
        ("fault=../snapshots", "", "'../snapshots' is no name of a tape"),
        ("stream", "", "write ```tape fault=NAME```"),
        ("fault=stream", "words", "and nothing in it"),
    ],
)
def test_block_that_names_no_tape_is_reported(
    nowhere: Where, info: str, body: str, problem: str
) -> None:
    (found,) = check_tape(Block("tape", info, body, 1), nowhere)

    assert problem in found


def test_block_that_names_a_tape_is_in_order(nowhere: Where) -> None:
    assert list(check_tape(Block("tape", "fault=stream open", "", 1), nowhere)) == []
