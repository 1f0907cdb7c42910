"""Doc comments keep their paragraphs, and the code in them its lines."""

from portal.source.symbols import doc_of
from portal.walkthrough.doctext import Passage, passages


def test_paragraphs_stand_apart_and_keep_their_lines() -> None:
    assert passages("One\ntwo.\n\nThree.") == (
        Passage("One\ntwo.", is_code=False),
        Passage("Three.", is_code=False),
    )


def test_indented_code_is_one_passage_over_empty_lines_and_keeps_its_own_indent() -> None:
    assert passages("So:\n\n\tif x {\n\t\ty()\n\t}\n\n\tz()\n\nDone.") == (
        Passage("So:", is_code=False),
        Passage("if x {\n\ty()\n}\n\nz()", is_code=True),
        Passage("Done.", is_code=False),
    )


def test_an_indented_list_is_no_code() -> None:
    found = passages("It may be\n\n  - red\n  - blue\n\n  1. first")
    assert [one.is_code for one in found] == [False, False, False]


def test_no_doc_has_no_passage() -> None:
    assert passages("") == ()


def test_code_in_a_block_comment_is_code_too() -> None:
    found = passages(doc_of(["/*\nPackage zoo keeps.\n\n\tzoo.Keep()\n*/"]))
    assert found == (
        Passage("Package zoo keeps.", is_code=False),
        Passage("zoo.Keep()", is_code=True),
    )
