"""What the documents say against what the code does, both ways."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from portal.env import VARIABLES

ROOT = Path(__file__).resolve().parents[2]

OTHERS_VARIABLES = {
    "PORTOLAN_SHOTS": "tests/browser",
    "KUBEBUILDER_ASSETS": "tests/cluster",
    "USE_EXISTING_CLUSTER": "tests/cluster",
    "GOPROXY": "go",
    "GOFLAGS": "go",
}
"""Variables that tests or tools read, and where."""

INTERNAL = frozenset({"PORTOLAN_CLUSTER_RUN"})
"""A mark on the processes of a test cluster, by which they are found again; nobody sets it."""

_ROW = re.compile(r"^\| (?P<cells>.+) \|$", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<to>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")


def first_cells(readme: str, heading: str) -> list[str]:
    """Return the code spans of the first column of the table under `heading`."""
    section = readme.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    spans: list[str] = []
    for row in _ROW.finditer(section):
        spans += _CODE.findall(row["cells"].split(" | ")[0])
    return spans


def target_problems(readme: str, makefile: str) -> Iterator[str]:
    """Yield make targets that only one of README.md and Makefile knows."""
    documented = {
        span.split()[1] for span in first_cells(readme, "Commands") if span.startswith("make ")
    }
    declared = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    real = set(declared[1].split()) if declared else set()
    yield from _differences("make target", documented, real)


def command_problems(readme: str, commands: Iterable[str]) -> Iterator[str]:
    """Yield management commands of ours that only one side knows."""
    spans = first_cells(readme, "Commands")
    documented = {span.split()[1] for span in spans if span.startswith("portolan ")}
    yield from _differences("command", documented, set(commands))


def variable_problems(readme: str) -> Iterator[str]:
    """Yield environment variables that only one of README.md and the registry knows."""
    documented = set(first_cells(readme, "Settings"))
    yield from _differences(
        "variable", documented, {variable.name for variable in VARIABLES} | set(OTHERS_VARIABLES)
    )


def undeclared_variables(sources: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield PORTOLAN_ variables that code reads and no registry names."""
    known = {variable.name for variable in VARIABLES} | set(OTHERS_VARIABLES) | INTERNAL
    for name, text in sources:
        for found in sorted(set(re.findall(r"\"(PORTOLAN_[A-Z_]+)\"", text)) - known):
            yield f"{name} reads {found}, which portal.env does not list"


def address_problems(readme: str, patterns: Iterable[str]) -> Iterator[str]:
    """Yield addresses that only one of README.md and the URL patterns knows."""
    documented = {_shape(span) for span in first_cells(readme, "Addresses") if span.startswith("/")}
    yield from _differences("address", documented - {"/ws"}, {_shape(item) for item in patterns})


def _shape(address: str) -> str:
    """Return `address` with each variable part as one star."""
    address = "/" + address.lstrip("/").split("?")[0]
    return re.sub(r"<[^>]+>|[A-Z]{3,}", "*", address)


def link_problems(root: Path, documents: Iterable[Path]) -> Iterator[str]:
    """Yield links and images of `documents` that lead nowhere in the tree."""
    for document in documents:
        text = document.read_text(encoding="utf-8")
        for match in _LINK.finditer(text):
            target = match["to"] or match["image"]
            path, _, fragment = target.partition("#")
            if re.match(r"[a-z]+:", target) or target.startswith("/"):
                continue
            place = (document.parent / path).resolve() if path else document
            if not place.exists():
                yield f"{document.relative_to(root)}: no such file: {target}"
            elif fragment and fragment not in _fragments(place):
                yield f"{document.relative_to(root)}: no such heading: {target}"


def _fragments(document: Path) -> set[str]:
    if document.suffix != ".md":
        return set()
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def module_problems(architecture: str, packages: Iterable[str]) -> Iterator[str]:
    """Yield packages of the house that ARCHITECTURE.md does not name."""
    for package in packages:
        if not re.search(rf"\b{re.escape(package)}\b", architecture):
            yield f"ARCHITECTURE.md does not name {package}"


def _differences(what: str, documented: set[str], real: set[str]) -> Iterator[str]:
    for name in sorted(documented - real):
        yield f"README.md names the {what} {name}, which does not exist"
    for name in sorted(real - documented):
        yield f"README.md does not name the {what} {name}"
