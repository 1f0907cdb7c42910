"""Text in code: what grep finds is found, line for line, and what cannot be asked is said."""

import random
import re
import subprocess
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.source.codequery import Query, matcher, read
from portal.source.errors import BadQuery
from portal.source.fileorder import order_of
from portal.source.grep import Grep
from portal.source.required import required_parts
from portal.source.view import View

pytestmark = [pytest.mark.source, pytest.mark.timeout(240)]

SAMPLE = 200
"""Questions that are asked of grep too."""

EXPRESSIONS = (
    r"func \(\w+ \*Reflector\) \w+",
    r"^type \w+Store interface",
    r"resource[vV]ersion\b.*==",
    r"(Add|Update|Delete)Func",
    r"[0-9]+ \* time\.(Second|Minute)",
    r"err(or)?\.Is[A-Z]\w+\(",
    r"\bfor\b.*:= range",
    r"WatchList|ListWatch",
    r"^package (cache|wait)$",
    r"//.*TODO\(\w+\)",
    r"return nil, [^e]",
    r"a{2,3}",
    r"\berr\b$",
    r"^func New\w+",
    r"^\s+return$",
    r"\w+func\(",
    r"[a-z]Store\.",
    r"func \(\w+ \*Store\) \w+",
    r"^type \w*(Cache|cache) ",
    r"Type int",
    r"\bstop(Ch)?\b",
    r"^}\)$",
)
"""Written as both RE2 and GNU grep -P read them."""


def found(view: View, query: Query) -> set[tuple[str, int]]:
    """Return (path, line) of all that match."""
    batch = Grep(view, query, most=1_000_000).batch(0, lambda _files, _lines: False)
    assert batch.next is None
    assert all(len(hit.lines) == hit.total for hit in batch.hits)
    return {(hit.path, line.number) for hit in batch.hits for line in hit.lines}


def grepped(root: Path, *arguments: str) -> set[tuple[str, int]]:
    """Return the same from GNU grep."""
    command = ["grep", "-rnI", *arguments, "."]
    run = subprocess.run(
        command, cwd=root, capture_output=True, check=False, env={"LC_ALL": "C.UTF-8"}
    )
    assert run.returncode in {0, 1}, run.stderr
    lines = run.stdout.decode("utf-8", "replace").splitlines()
    matches = [re.match(r"\./(.*?):(\d+):", line) for line in lines]
    return {(match[1], int(match[2])) for match in matches if match}


def drawn(view: View, seed: int) -> Iterator[str]:
    """Yield pieces of lines of the code itself, of any length: common ones and rare ones."""
    draw = random.Random(seed)
    blobs = sorted(view.paths)
    while True:
        segment, blob = draw.choice(blobs)
        lines = view.segments[segment].blob(blob).decode("utf-8", "replace").splitlines()
        line = draw.choice(lines or [""]).strip()
        start = draw.randrange(len(line)) if line else 0
        text = line[start : start + draw.randint(3, 24)].strip()
        if len(text) < 3 or "\ufffd" in text or text[0] in '"/' or ":" in text.split()[0]:
            continue
        yield text


def test_two_hundred_words_of_the_code_are_found_where_grep_finds_them(
    view: View, unpacked: Path
) -> None:
    for text in islice(drawn(view, 7), SAMPLE):
        exact = Query(text=text, is_exact=True)
        assert found(view, exact) == grepped(unpacked, "-F", "-e", text), text


def test_words_of_the_code_are_found_whatever_their_case_where_grep_finds_them(
    view: View, unpacked: Path
) -> None:
    asked = (text.lower() for text in drawn(view, 8) if text.isascii())
    for text in islice(asked, SAMPLE // 5):
        assert found(view, Query(text=text)) == grepped(unpacked, "-iF", "-e", text), text


def test_words_in_expressions_are_found_where_grep_finds_them(view: View, unpacked: Path) -> None:
    """Whole words, ends and beginnings of words, and those that lines begin and end with."""
    words = (word for text in drawn(view, 9) for word in re.findall(r"[A-Za-z]\w\w+", text))
    shapes = cycle((r"\b{}\b", r"\w{}", r"{}\w+\(", r"^\W*{}", r"{}$", r"\*{}\b", r"type {}\w*"))
    for word, shape in islice(zip(words, shapes, strict=False), SAMPLE // 5):
        expression = shape.format(word)
        exact = Query(text=expression, is_regex=True, is_exact=True)
        assert found(view, exact) == grepped(unpacked, "-P", "-e", expression), expression
        folded = Query(text=expression, is_regex=True)
        assert found(view, folded) == grepped(unpacked, "-iP", "-e", expression), expression


def test_files_are_found_in_one_order_however_often_one_goes_on(view: View) -> None:
    """Candidates are chosen among the first files and then among the others."""
    query = read("case:yes ListAndWatch")
    whole = [hit.path for hit in Grep(view, query).batch(0, lambda *_: False).hits]
    parts: list[str] = []
    at: int | None = 0
    while at is not None:
        batch = Grep(view, query).batch(at, lambda _files, lines: lines > 0)
        parts += [hit.path for hit in batch.hits]
        at = batch.next

    assert parts == whole
    order = [path for path, _segment, _blob in order_of(view).files]
    assert whole == [path for path in order if path in set(whole)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_matches_the_lines_that_grep_matches(
    view: View, unpacked: Path, expression: str
) -> None:
    query = Query(text=expression, is_regex=True, is_exact=True)

    assert found(view, query) == grepped(unpacked, "-P", "-e", expression)


@pytest.mark.parametrize("text", ["listandwatch", "err != nil", "RESOURCEVERSION", "ｋ", "k"])
def test_without_a_capital_letter_capitals_make_no_difference(
    view: View, unpacked: Path, text: str
) -> None:
    query = Query(text=text.lower())

    assert found(view, query) == grepped(unpacked, "-iF", "-e", text.lower())


def test_a_batch_ends_when_enough_was_found_and_the_next_goes_on_there(view: View) -> None:
    whole = found(view, read("case:yes Reflector"))
    parts: set[tuple[str, int]] = set()
    grep, at = Grep(view, read("case:yes Reflector")), 0
    rounds = 0
    while at is not None:
        batch = grep.batch(at, lambda _files, lines: lines >= 5)
        parts |= {(hit.path, line.number) for hit in batch.hits for line in hit.lines}
        at = batch.next  # type: ignore[assignment]  # None ends it
        rounds += 1

    assert parts == whole
    assert rounds > 5


def test_lines_around_are_told_as_grep_tells_them(view: View, unpacked: Path) -> None:
    """Each once, however near two that match are."""
    batch = Grep(view, read("case:yes context:3 ListAndWatch")).batch(0, lambda *_: False)

    told = {(hit.path, line.number) for hit in batch.hits for line in hit.lines}
    assert all(
        len({line.number for line in hit.lines}) == len(hit.lines)
        and [line.number for line in hit.lines] == sorted(line.number for line in hit.lines)
        for hit in batch.hits
    )
    context = subprocess.run(
        ["grep", "-rnI", "-C3", "-F", "-e", "ListAndWatch", "."],
        cwd=unpacked,
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8"},
    ).stdout.decode("utf-8", "replace")
    pairs = re.findall(r"^\./(\S+?\.\w+)[:-](\d+)[:-]", context, re.MULTILINE)
    assert told == {(path, int(number)) for path, number in pairs}


def test_filters_narrow_by_path_and_language(view: View) -> None:
    whole = found(view, read("Reflector"))
    go = found(view, read("lang:go path:tools/cache path:-_test.go Reflector"))

    assert go
    assert go < whole
    assert all("tools/cache" in path and path.endswith(".go") for path, _ in go)
    assert not any("_test.go" in path for path, _ in go)


def test_a_gate_is_found_where_it_is_declared_and_nowhere_else(view: View) -> None:
    gates = found(view, read("kind:gate WatchListClient"))

    assert {path.rpartition("/")[2] for path, _ in gates} == {"known_features.go"}
    assert len(found(view, read("kind:gate"))) > 5


@pytest.mark.parametrize(
    ("question", "line", "is_meant"),
    [
        ("kind:flag grace", 'fs.DurationVar(&o.Grace, "grace-period", o.Grace, "help")', True),
        ("kind:flag grace", 'cmd.Flags().StringVarP(&o.G, "grace", "g", "", "help")', True),
        ("kind:flag grace", 'klog.Infof("grace", x)', False),
        ("kind:metric sync_total", '\t\tName:      "sync_total",', True),
        ("kind:metric sync_total", 'log("sync_total")', False),
        ("kind:event Failed", 'r.Eventf(pod, v1.EventTypeWarning, "FailedMount", "x")', True),
        ("kind:event Created", '\tCreatedContainer = "Created"', True),
        ("kind:event Failed", 'return errors.New("Failed")', False),
        ("kind:condition Ready", '\tPodReady PodConditionType = "Ready"', True),
        ("kind:condition Ready", 'state = "Ready"', False),
        ("kind:gate Watch", '\tWatchList featuregate.Feature = "WatchList"', True),
        ("kind:gate Watch", '\tname = "WatchList"', False),
        ("kind:gate List", '\tWatchList featuregate.Feature = "WatchList"', True),
        ("kind:gate List", '\tWatch featuregate.Feature = "Watch" // List', False),
    ],
)
def test_a_string_is_found_by_what_it_stands_for(question: str, line: str, is_meant: bool) -> None:
    pattern = re.compile(read(question).text, re.MULTILINE)

    assert (pattern.search(f"package a\n{line}\n") is not None) == is_meant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lang:go", "nothing to look for"),
        ("lang:cobol x", "none of"),
        ("case:maybe x", "yes or no"),
        ("/(/", "RE2"),
        (r"/(?<=a)b/", "RE2"),
        ("/(((x{999}){999}){999}){999}/", "RE2"),
        ("repo:a repo:b x", "twice"),
        ("kind:song x", "none of"),
        ("context:99 x", "up to"),
        ("kind:gate /x/", "no expression"),
        ("x" * 501, "longer"),
        ("/" + "|".join(["x{1,999}"] * 6) + "/", "repetitions"),
        ("/" + "x{999}y{999,}" * 3 + "/", "repetitions"),
        ("/" + "|".join([r"\\{1,999}"] * 6) + "/", "repetitions"),
    ],
)
def test_what_cannot_be_asked_is_said(text: str, reason: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(reason)):
        read(text)


def test_the_words_of_a_question_are_taken_as_they_stand() -> None:
    assert read("if err != nil {").text == "if err != nil {"
    assert read('"lang:go in quotes"').text == "lang:go in quotes"
    assert read("/a b/").is_regex
    assert read("lang:go /a b/") == Query(text="a b", is_regex=True, lang="go")
    assert read("Reflector").is_exact
    assert not read(r"/\W\S/").is_exact


CLASSES = "[:alpha:]", "[:^word:]", "[[:digit:]"


@given(
    st.lists(st.sampled_from([*r"abN|()[]{}*+?.\^$-:QEpx17i, ", *CLASSES]), max_size=24).map(
        "".join
    ),
    st.text("abN|(QpEx17 ", max_size=40),
)
@example(r"(?i)aba", "ABA")
@example(r"\pNaba", "1aba")
@example(r"\101aba", "Aaba")
@example(r"[[:alpha:]aba]", "x")
@example(r"[^[:alpha:]aba]", "1")
@example(r"[[:^alpha:]|aba]", "1")
def test_a_text_that_matches_holds_what_an_expression_requires(pattern: str, text: str) -> None:
    """A required part that is not required would hide what grep finds."""
    try:
        query = read(f"case:yes /{pattern}/")
    except BadQuery:
        return
    if query.is_regex and any(matcher(query)(text.encode(), 0, len(text.encode()))):
        held = text.lower() if query.folds else text
        parts = [
            [part.lower() if query.folds else part for part in each]
            for each in required_parts(query)
        ]
        assert any(all(part in held for part in each) for each in parts)
