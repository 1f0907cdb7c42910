"""The content check finds what a reader would stumble over."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.source.tree import Tree
from portal.walkthrough import shelfmark
from portal.walkthrough.proofread import check_content, unchecked
from portal.walkthrough.stock import Where

CHAPTER = "kube-apiserver/handler-chain.md"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the books, to damage."""
    root = tmp_path / "walkthroughs"
    shutil.copytree(shelfmark.walkthroughs(), root)
    return root


@pytest.mark.source
def test_the_books_of_this_repository_are_in_order(where: Where) -> None:
    assert check_content(where=where) == []


def test_without_source_the_rest_is_checked_and_the_gap_is_named(nowhere: Where) -> None:
    assert check_content(where=nowhere) == []
    assert "k8s.io/apiserver@v0.36.3" in unchecked(nowhere)


@pytest.mark.source
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("```claim outside", "```claims outside", "no block is called 'claims'"),
        ("```claim outside", "```claim out", "no claim kind 'out'"),
        ("WithPanicRecovery WithAuditInit", "WithAudit WithAuditInit", "outside WithAudit stand"),
        ("c670ac44 WithPanicRecovery", "00000000 WithPanicRecovery", "digest is c670ac44 now"),
        ("~35902117", "~00000000", "the symbol's digest is 35902117 now"),
        ("~35902117", "", "has no ~D8"),
        ("#WithHSTS~de67f245)", "#WithHSTS)", "has no ~D8"),
        ('#WithHSTS~de67f245"', '#WithHSTS"', "has no ~D8"),
        ("#director.ServeHTTP~", "#director.ServHTTP~", "declares no director.ServHTTP"),
        ("note 16 /0ccca63a", "note 16 /00000000", "has no statement /00000000"),
        ("note 16 /0ccca63a", "", "{16} stands in prose but beside no line"),
        ("{16}", "", "note 16 stands beside a line but in no prose"),
        ("note 16 /0ccca63a", "note 17 /0ccca63a", "stands beside two lines"),
        ("#GenericAPIServer.UnprotectedHandler", "#NoServer.None", "declares no NoServer.None"),
        ("](go:k8s.io/apiserver/pkg/server#Gen", "](/symbol/x#Gen", "'/symbol/x#Gen"),
        (
            '{at: "go:k8s.io/apiserver/pkg/server/filters#WithHSTS',
            '{at: "go:e.org/p#WithHSTS',
            "WithHSTS",
        ),
        ("verified_at: v1.36.3\nroute", "verified_at: v1.36.3\nway", "project, verified_at, route"),
        ("evidence kind=flow", "evidence sort=flow", "evidence kind=KIND"),
        ("{#director}", "", "write `## Title {#id}`"),
        ("verified_at: v1.36.3", "verified_at: v1.36.2", "differ in order, project, verified_at"),
        ("{#director}", "{#end}", "differ in their sections"),
        ("note 13 /a28c10c1", "note 13 /e7df1cac", "differ in their code"),
    ],
)
def test_each_mistake_is_found(
    content: Path, where: Where, old: str, new: str, problem: str
) -> None:
    path = content / "en" / CHAPTER
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")

    problems = check_content(content, where)

    assert any(problem in found for found in problems), problems


def test_a_missing_pair_is_found(content: Path, nowhere: Where) -> None:
    (content / "zh-hans" / CHAPTER).unlink()

    assert check_content(content, nowhere) == [f"zh-hans/{CHAPTER} is missing: chapters are pairs"]


@pytest.mark.source
def test_authors_are_told_the_digests_of_a_symbol(real: Tree) -> None:
    out = StringIO()

    call_command("anchor", "go:k8s.io/apiserver/pkg/server#NewAPIServerHandler", stdout=out)

    lines = out.getvalue().splitlines()
    assert lines[0].startswith("go:k8s.io/apiserver/pkg/server#NewAPIServerHandler~9e126ada  ")
    assert any(line.startswith("  /2cc0637b  ") for line in lines)


@pytest.mark.parametrize("text", ["nothing", "go:net/http#Handler"])
def test_authors_are_told_what_is_wrong_with_an_anchor(text: str) -> None:
    with pytest.raises(CommandError):
        call_command("anchor", text)
