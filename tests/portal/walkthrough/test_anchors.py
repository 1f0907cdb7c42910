"""The anchor grammar: every anchor round-trips, and every other text says what to write instead."""

import pickle
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.source.buildtags import OSES
from portal.walkthrough import anchors
from portal.walkthrough.anchors import (
    Anchor,
    AnchorError,
    BadBuild,
    BadDigest,
    BadImportPath,
    BadName,
    NoScheme,
)

letters = st.characters(categories=("Lu", "Ll", "Lo"))
words = st.characters(categories=("Lu", "Ll", "Lo", "Nd"), include_characters="_")
identifiers = st.builds(str.__add__, letters | st.just("_"), st.text(words, max_size=12))
names = identifiers | st.builds("{}.{}".format, identifiers, identifiers)
parts = st.text(string.ascii_letters + string.digits + "-._~+", min_size=1, max_size=12).filter(
    lambda part: not part.endswith(".") and not part.startswith(("-", "."))
)
importpaths = st.lists(parts, min_size=1, max_size=6).map("/".join)
digests = st.just("") | st.text("0123456789abcdef", min_size=8, max_size=8)
written = st.builds(
    Anchor, importpaths, names, st.sampled_from(sorted(OSES)), digest=digests, statement=digests
)


@settings(deadline=None)
@given(written)
def test_every_anchor_survives_being_written_and_read(anchor: Anchor) -> None:
    assert anchors.parse(str(anchor)) == anchor


@settings(deadline=None)
@given(written)
def test_the_shortest_spelling_is_the_only_one(anchor: Anchor) -> None:
    assert str(anchors.parse(str(anchor))) == str(anchor)
    assert "@linux" not in str(anchor)


@settings(deadline=None)
@given(st.text(max_size=60) | st.text("go:/#@~.abz019_Ω", max_size=40).map("go:".__add__))
def test_any_other_text_is_refused_with_advice(text: str) -> None:
    refusal: AnchorError | None = None
    try:
        anchor = anchors.parse(text)
    except AnchorError as error:
        refusal = error

    if refusal is None:
        assert anchors.parse(str(anchor)) == anchor
    else:
        assert refusal.advice
        assert str(pickle.loads(pickle.dumps(refusal))) == str(refusal)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", NoScheme),
        ("k8s.io/api#Pod", NoScheme),
        ("go:k8s.io/api", NoScheme),
        ("go:" + "a" * 600 + "#B", NoScheme),
        ("go:#Pod", BadImportPath),
        ("go:/k8s.io#Pod", BadImportPath),
        ("go:k8s.io//api#Pod", BadImportPath),
        ("go:../api#Pod", BadImportPath),
        ("go:k8s.io/a b#Pod", BadImportPath),
        ("go:k8s.io/api#", BadName),
        ("go:k8s.io/api#Pod.", BadName),
        ("go:k8s.io/api#A.B.C", BadName),
        ("go:k8s.io/api#List[T]", BadName),
        ("go:k8s.io/api#F()", BadName),
        ("go:k8s.io/api#9", BadName),
        ("go:k8s.io/api#F@", BadBuild),
        ("go:k8s.io/api#F@beos", BadBuild),
        ("go:k8s.io/api#F~123", BadDigest),
        ("go:k8s.io/api#F~1234567G", BadDigest),
        ("go:k8s.io/api#F~ABCDEF01", BadDigest),
        ("go:k8s.io/api#F/", BadDigest),
        ("go:k8s.io/api#F/12345678/12345678", BadDigest),
        ("go:k8s.io/api#F/12345678~12345678", BadDigest),
        ("go:k8s.io/api#F~12345678@windows", BadDigest),
    ],
)
def test_each_mistake_has_its_type(text: str, error: type[AnchorError]) -> None:
    with pytest.raises(error):
        anchors.parse(text)


def test_a_full_anchor_reads_as_its_parts() -> None:
    anchor = anchors.parse("go:k8s.io/a/b#Type.method@windows~0123abcd/89ef4567")

    assert anchor == Anchor("k8s.io/a/b", "Type.method", "windows", "0123abcd", "89ef4567")
    assert str(anchor.symbol) == "go:k8s.io/a/b#Type.method@windows"
    assert anchor.build.goos == "windows"
