"""README, ARCHITECTURE and the others say what the code does, and the checks notice when not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

from tests.contracts import documents
from tests.contracts.documents import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("content/decisions/*.md")]


def commands() -> list[str]:
    return [name for name, app in get_commands().items() if app.startswith(("portal", "dashboard"))]


def patterns() -> list[str]:
    def walk(items: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
        for item in items:
            here = before + (
                "" if isinstance(item.pattern, LocalePrefixPattern) else str(item.pattern)
            )
            if isinstance(item, URLResolver):
                yield from walk(item.url_patterns, here)
            else:
                yield here

    return list(walk(get_resolver().url_patterns, ""))


def sources() -> Iterator[tuple[str, str]]:
    for folder in ("portal", "dashboard", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            if path == Path(__file__):
                continue  # it plants one
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_every_make_target_is_documented_and_exists() -> None:
    assert list(documents.target_problems(README, MAKEFILE)) == []


def test_every_command_is_documented_and_exists() -> None:
    assert list(documents.command_problems(README, commands())) == []


def test_every_variable_is_documented_and_read() -> None:
    assert list(documents.variable_problems(README)) == []
    assert list(documents.undeclared_variables(sources())) == []


def test_every_address_is_documented_and_answers() -> None:
    assert list(documents.address_problems(README, patterns())) == []


def test_no_link_of_the_documents_is_dead() -> None:
    assert list(documents.link_problems(ROOT, DOCUMENTS)) == []


def test_the_architecture_names_every_room() -> None:
    rooms = {
        path.parent.name
        for half in ("portal", "dashboard")
        for path in (ROOT / half).glob("*/__init__.py")
    }
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert list(documents.module_problems(text, rooms - {"management"})) == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            "| `make nothing` | Nothing. |",
            "README.md names the make target nothing, which does not exist",
        ),
        (
            "| `portolan nothing` | Nothing. |",
            "README.md names the command nothing, which does not exist",
        ),
    ],
)
def test_an_undone_promise_is_noticed(row: str, problem: str) -> None:
    planted = README.replace("| `make clean`", f"{row}\n| `make clean`")

    found = [
        *documents.target_problems(planted, MAKEFILE),
        *documents.command_problems(planted, commands()),
    ]

    assert found == [problem]


def test_an_undocumented_variable_is_noticed() -> None:
    planted = "\n".join(line for line in README.splitlines() if "`PORTOLAN_BIND`" not in line)

    assert list(documents.variable_problems(planted)) == [
        "README.md does not name the variable PORTOLAN_BIND"
    ]
    assert list(
        documents.undeclared_variables(
            [("x.py", 'os.environ["PORTOLAN_" "X", "PORTOLAN_SURPRISE"]')]
        )
    ) == ["x.py reads PORTOLAN_SURPRISE, which portal.env does not list"]


def test_an_undocumented_address_is_noticed() -> None:
    assert list(documents.address_problems(README, [*patterns(), "surprise/<str:name>"])) == [
        "README.md does not name the address /surprise/*"
    ]


def test_a_dead_link_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One\n[a](gone.md) [b](#one) [c](#two) ![d](gone.png)", encoding="utf-8")

    assert list(documents.link_problems(tmp_path, [page])) == [
        "page.md: no such file: gone.md",
        "page.md: no such heading: #two",
        "page.md: no such file: gone.png",
    ]
