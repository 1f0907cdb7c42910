"""Which files belong to a build, as the go command decides."""

import pytest

from portal.source.buildtags import Build, belongs, is_test

LINUX = Build()


@pytest.mark.parametrize(
    ("file", "is_built"),
    [
        ("a.go", True),
        ("a_linux.go", True),
        ("a_windows.go", False),
        ("a_linux_arm64.go", False),
        ("a_amd64.go", True),
        ("a_linux_test.go", True),
        ("a_windows_test.go", False),
        ("linux.go", True),
        ("windows.go", True),
        ("a_other.go", True),
    ],
)
def test_file_names_carry_constraints(file: str, is_built: bool) -> None:
    assert belongs(file, "package a\n", LINUX) is is_built


@pytest.mark.parametrize(
    ("line", "is_built"),
    [
        ("//go:build linux", True),
        ("//go:build !linux", False),
        ("//go:build linux && (amd64 || arm64)", True),
        ("//go:build windows || darwin", False),
        ("//go:build unix && !cgo", True),
        ("//go:build go1.21", True),
        ("//go:build !go1.21 || ignore", False),
        ("//go:build a ||", False),
        ("//go:build (linux", False),
        ("// +build windows linux", True),
        ("// +build linux,arm64", False),
        ("// +build !windows\n// +build amd64", True),
        ("// +build !windows\n// +build arm64", False),
    ],
)
def test_lines_above_the_package_clause_constrain(line: str, is_built: bool) -> None:
    assert belongs("a.go", f"// Copyright\n\n{line}\n\npackage a\n", LINUX) is is_built


def test_a_constraint_below_the_clause_is_a_comment() -> None:
    assert belongs("a.go", "package a\n\n//go:build windows\n", LINUX)


def test_another_system_reads_other_files() -> None:
    assert belongs("a_windows.go", "package a\n", Build(goos="windows"))
    assert not belongs("a.go", "//go:build unix\npackage a\n", Build(goos="windows"))


def test_tests_are_told_by_their_name() -> None:
    assert is_test("a_test.go")
    assert not is_test("test.go")
