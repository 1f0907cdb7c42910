"""The tree of errors: what each class promises to those that read it without an `if`."""

import inspect
import pickle
import re
from typing import get_args

import pytest

from dashboard import errors
from dashboard.errors import ClusterError, Param, Retry

ABSTRACT = {
    errors.ClusterError,
    errors.ConfigurationError,
    errors.ReachabilityError,
    errors.ApiserverError,
    errors.StreamError,
    errors.RequestError,
    errors.GateError,
    errors.NotLive,
}


def tree() -> list[type[ClusterError]]:
    found = [item for item in vars(errors).values() if inspect.isclass(item)]
    return [item for item in found if issubclass(item, ClusterError)]


CONCRETE = [cls for cls in tree() if cls not in ABSTRACT]


def example(cls: type[ClusterError]) -> ClusterError:
    """An instance with every argument of the constructor given."""
    arguments: dict[str, Param] = {}
    for name, parameter in inspect.signature(cls.__init__).parameters.items():
        if name in {"self", "params"}:
            continue
        is_number = {int, float} & {parameter.annotation, *get_args(parameter.annotation)}
        arguments[name] = 7 if is_number else f"a-{name}"
    return cls(**arguments)  # type: ignore[arg-type]


def test_the_docstring_draws_every_class_of_the_tree() -> None:
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+\b", errors.__doc__ or ""))

    assert {cls.__name__ for cls in tree()} <= drawn


def test_every_code_names_one_class() -> None:
    codes = [cls.code for cls in CONCRETE]

    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)
    assert all("code" in vars(cls) for cls in CONCRETE)


@pytest.mark.parametrize("cls", CONCRETE, ids=lambda cls: cls.code)
def test_every_error_tells_the_viewer_something(cls: type[ClusterError]) -> None:
    error = example(cls)

    assert error.message
    assert "%(" not in error.message
    # What is whole and merely not live is no failure.
    assert 400 <= cls.status < 600 or (cls.status == 200 and issubclass(cls, errors.NotLive))
    assert cls.retry in Retry
    assert cls.__doc__


@pytest.mark.parametrize("cls", CONCRETE, ids=lambda cls: cls.code)
def test_every_error_crosses_a_process_boundary_unchanged(cls: type[ClusterError]) -> None:
    error = example(cls)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is cls
    assert vars(copy) == vars(error)
    assert copy.message == error.message


def test_detail_is_for_logs_and_never_part_of_the_message() -> None:
    error = errors.Forbidden(gvr="pods.v1", verb="list", detail='User "x"\n\x1b[31mcannot list')

    assert "cannot list" not in error.message
    assert error.detail == 'User "x"  [31mcannot list'
    assert str(error).endswith(f"({error.detail})")


def test_detail_is_cut() -> None:
    error = errors.Unreachable(cluster="demo", detail="x" * 10_000)

    assert error.detail == "x" * errors.DETAIL_LIMIT


def test_denied_names_the_namespace_only_when_there_is_one() -> None:
    assert "in kube-system" in errors.Denied(gvr="secrets.v1", namespace="kube-system").message
    assert " in " not in errors.Denied(gvr="secrets.v1").message


def test_an_invalid_value_is_also_a_value_error() -> None:
    assert issubclass(errors.InvalidResourceVersion, ValueError)
