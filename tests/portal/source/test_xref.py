"""Where a symbol is used: every place in code, none in comments, and how sure it is."""

import re

import pytest

from portal.source.index import Index
from portal.source.xref import FIRST, Certainty, Place, References, Use

pytestmark = pytest.mark.source

CACHE = "k8s.io/client-go/tools/cache"


def uses(index: Index, importpath: str, name: str) -> list[Use]:
    """Return all of them."""
    found = References(index, importpath, name).batch(FIRST, lambda _files, _uses: False)
    assert found.next is None
    return list(found.uses)


def code_lines(index: Index, pattern: str) -> set[tuple[str, int]]:
    """Return (path, line) of code that matches, with comments and strings blanked out."""
    blank = re.compile(r"//[^\n]*|/\*.*?\*/|`[^`]*`|\"(?:[^\"\\\n]|\\.)*\"", re.DOTALL)
    found = set()
    for (segment, blob), paths in index.view.paths.items():
        if not paths[0].endswith(".go"):
            continue
        text = index.view.segments[segment].blob(blob).decode("utf-8", "replace")
        text = blank.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for number, line in enumerate(text.split("\n"), start=1):
            if re.search(pattern, line):
                found |= {(path, number) for path in paths}
    return found


def test_an_exported_function_is_found_wherever_its_package_is_imported(index: Index) -> None:
    found = uses(index, CACHE, "NewSharedIndexInformer")

    outside = {(use.path, use.line) for use in found if "/tools/cache/" not in use.path}
    assert outside == code_lines(index, r"\bcache\.NewSharedIndexInformer\b")
    assert {use.certainty for use in found} == {Certainty.EXACT}
    declared = [use for use in found if use.is_definition]
    assert [use.path.rpartition("/")[2] for use in declared] == ["shared_informer.go"]
    assert any(use.is_call and use.within.startswith("New") for use in found)


def test_a_name_in_a_comment_or_a_string_is_no_use(index: Index) -> None:
    for use in uses(index, CACHE, "Reflector"):
        before = use.text[: use.start]
        assert "//" not in before, use
        assert before.count('"') % 2 == 0, use


def test_an_import_under_another_name_is_followed(index: Index) -> None:
    found = uses(index, "k8s.io/apimachinery/pkg/apis/meta/v1", "ListOptions")

    assert any("metav1.ListOptions" in use.text for use in found)
    assert any(re.search(r"(?<!meta)v1\.ListOptions", use.text) for use in found)


def test_another_package_with_the_same_name_is_not_taken_for_it(index: Index) -> None:
    for use in uses(index, "k8s.io/client-go/util/retry", "OnError"):
        assert "retry" in use.text or "/util/retry/" in use.path


@pytest.mark.parametrize(
    ("name", "certainty"),
    [
        ("Reflector.ListAndWatchWithContext", Certainty.LIKELY),
        ("Reflector.Run", Certainty.CANDIDATE),
    ],
)
def test_a_method_is_found_by_its_name_alone_and_said_so(
    index: Index, name: str, certainty: Certainty
) -> None:
    """Likely where no other type has one of that name."""
    found = uses(index, CACHE, name)

    assert any(use.is_definition and use.certainty is Certainty.EXACT for use in found)
    called = [use for use in found if use.is_call]
    assert called
    assert {use.certainty for use in called} == {certainty}


def test_what_declares_another_of_the_name_is_no_use(index: Index) -> None:
    for use in uses(index, CACHE, "Reflector.Run"):
        assert not use.is_definition or use.text.startswith("func (r *Reflector)")


@pytest.mark.parametrize("most", [1, 10])
def test_batches_together_are_all_of_them(index: Index, most: int) -> None:
    """Also where one ends amid the uses of a file."""
    whole = uses(index, CACHE, "Indexer")
    references = References(index, CACHE, "Indexer")
    parts: list[Use] = []
    at: Place | None = FIRST
    while at is not None:
        batch = references.batch(at, lambda _files, found: found >= most)
        assert len(batch.uses) <= most
        parts += batch.uses
        at = batch.next

    assert parts == whole


@pytest.mark.parametrize("importpath", ["k8s.io/client-go/a\0b", "k8s.io/client-go/..", "", "a\nb"])
def test_a_path_that_no_package_could_have_has_no_uses(index: Index, importpath: str) -> None:
    """Neither a short name, which is looked for in its folder, nor a long one."""
    for name in ("X", "Reflector"):
        assert uses(index, importpath, name) == []
        assert index.locate(importpath, name) == []
    assert list(index.package(importpath)) == []


@pytest.mark.parametrize("name", ["", "Reflector.", "."])
def test_no_name_has_no_uses(index: Index, name: str) -> None:
    assert uses(index, CACHE, name) == []
