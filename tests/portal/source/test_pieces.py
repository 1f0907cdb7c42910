"""A file read by its predecessor says what it says by itself, whatever was changed."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.source.declared import of
from portal.source.errors import NoSuchFile
from portal.source.golang import Source, parse
from portal.source.language import READERS, Before
from portal.source.pieces import cut, is_plain, reread
from portal.source.view import View

HEADS = [
    'package sea\n\nimport (\n\t"fmt"\n\tv1 "k8s.io/api/core/v1"\n)\n',
    'package sea\n\nimport "fmt"\n',
    "//go:build linux\n\npackage sea\n",
    '/*\n海\n*/\n\npackage harbour\n\nimport (\n\t"io"\n)\n\nimport "os"\n',
    "",
]
PARTS = [
    "\n// Ship 舟 floats.\ntype Ship struct {\n\tName, Flag string // 旗\n\t*Hull\n}\n",
    "type Hull interface {\n\tFloat(n int) error\n}\n",
    "\nfunc (s *Ship) Sail(to string) error {\n\treturn nil\n}\n",
    "func Row() {\n\tx := `\n}\n\n`\n}\n",
    "func Bare() int\n",
    "\nconst (\n\tA = iota // first\n\t_\n\tB\n)\n",
    "var _ Hull = (*Ship)(nil)\n",
    '\nvar chart = map[string]int{\n\t"a": 1,\n}\n\nvar depth, width = 1, 2\n',
    "var f = func() {\n} // behind\n",
    "\n// of nothing\n\n",
    "/* c */ type Port = string; type Dock int\n",
    "/*\n",
    "*/\n",
    "`\n",
    "}\n",
    "\n}\n\nfunc Low() {\n",
    ")\n",
    'import "late"\n',
    "package again\n",
    "Sail()\n",
    "\0",
    "\r\n",
]
SEA = HEADS[0] + "".join(PARTS[:3])

texts = st.builds(
    lambda head, parts: head + "".join(parts),
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(PARTS), max_size=7),
)


def known(text: str) -> Before:
    """Return a text as a predecessor, plain or not."""
    return Before(text.encode(), of(parse(text.encode())))


def plain(text: str) -> bool:
    """Whether a text is plain."""
    return READERS[".go"](text.encode(), None).is_plain


@given(texts, texts)
def test_what_is_reread_is_what_the_whole_file_says(before: str, after: str) -> None:
    if not plain(before):
        return
    found = reread(after, before, known(before).declared)

    assert found is None or (found == of(parse(after.encode())) and plain(after))


@given(texts)
def test_pieces_are_the_text(text: str) -> None:
    assert "".join(cut(text)) == text or "\0" in text


def test_a_piece_that_was_known_is_not_parsed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def noted(source: Source, pieces: Sequence[str]) -> bool:
        parsed.append(source.text)
        return is_plain(source, pieces)

    monkeypatch.setattr("portal.source.pieces.is_plain", noted)
    new = "\nfunc New() {\n\tRow()\n}\n"

    found = reread(SEA.replace(PARTS[0], new), SEA, known(SEA).declared)

    assert found == of(parse(SEA.replace(PARTS[0], new).encode()))
    assert parsed == [new]


@pytest.mark.parametrize(
    "text",
    [
        SEA + "\nvar chart = `\n}\n\n`\n",
        SEA + "\n/*\nfunc Row() {\n}\n\n*/\n",
        SEA + "\nfunc Row( {\n}\n",
        SEA + '\nimport "late"\n',
        "package sea\n\nfunc Row() {\n}\n\n\0",
    ],
)
def test_a_file_is_not_plain_where_a_cut_or_its_head_is_elsewhere(text: str) -> None:
    assert plain(SEA)
    assert not plain(text)


@pytest.mark.parametrize(("opening", "closing"), [("/*\n", "*/\n"), ("var hidden = `\n", "`\n")])
def test_what_a_comment_or_string_swallows_is_declared_no_more(opening: str, closing: str) -> None:
    after = HEADS[0] + PARTS[0] + opening + "".join(PARTS[1:3]) + closing

    read = READERS[".go"](after.encode(), known(SEA))

    assert read == READERS[".go"](after.encode(), None)
    assert "Ship.Sail" not in [mark.name for mark in read.declared.symbols]


def test_kubernetes_is_reread_as_it_is_read(view: View, before: View) -> None:
    reread_files = 0
    files = sorted(paths[0] for paths in view.paths.values() if paths[0].endswith(".go"))
    for path in files[::4]:
        try:
            old = before.read(path, 1 << 30)
        except NoSuchFile:
            continue
        data = view.read(path, 1 << 30)
        if data == old or not plain(old.decode("utf-8", "replace")):
            continue
        whole = READERS[".go"](data, None)
        declared = of(parse(old))

        assert READERS[".go"](data, Before(old, declared)) == whole, path
        reread_files += reread(data.decode("utf-8", "replace"), old.decode(), declared) is not None
    assert reread_files > 200
