"""What the environment may say, and the one sentence that answers what it may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import env
from portal.env import BadValue, Environment

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef"


def read(data: Path, **variables: str) -> Environment:
    return env.read({"PORTOLAN_DATA": str(data), **variables})


def test_an_empty_environment_is_one_person_on_loopback(tmp_path: Path) -> None:
    said = read(tmp_path)

    assert (said.auth, said.host, said.port) == ("link", "127.0.0.1", 8000)
    assert (said.contexts, said.hosts, said.debug) == ((), (), False)
    assert (said.metrics_token, said.database_url, said.redis_url) == (None, None, None)


def test_the_demo_asks_nobody_who_they_are_unless_told_to(tmp_path: Path) -> None:
    assert (read(tmp_path).demo, read(tmp_path).demo_pods) == (None, 1000)
    assert read(tmp_path, PORTOLAN_DEMO="0").demo is False
    said = read(tmp_path, PORTOLAN_DEMO="1", PORTOLAN_DEMO_PODS="400")

    assert (said.demo, said.demo_pods, said.auth) == (True, 400, "none")
    assert read(tmp_path, PORTOLAN_DEMO="1", PORTOLAN_AUTH="link").auth == "link"


def test_a_variable_that_is_empty_counts_as_unset(tmp_path: Path) -> None:
    names = {variable.name for variable in env.VARIABLES} - {"PORTOLAN_DATA"}

    assert read(tmp_path, **dict.fromkeys(names, "")) == read(tmp_path)


def test_good_values_are_taken(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 50 + "\n", encoding="utf-8")

    said = read(
        tmp_path,
        PORTOLAN_AUTH="none",
        PORTOLAN_BIND="[::1]:80",
        PORTOLAN_CONTEXT="kind-a, arn:aws:eks:eu:1:cluster/b",
        PORTOLAN_RESIDENT="pods.v1,deployments.v1.apps",
        PORTOLAN_HOSTS="box.lan,[fd00::1]",
        PORTOLAN_DEBUG="1",
        PORTOLAN_SECRET_KEY_FILE=str(key),
        PORTOLAN_METRICS_TOKEN=TOKEN,
        DATABASE_URL="sqlite:///x.sqlite3",
    )

    assert (said.auth, said.host, said.port, said.debug) == ("none", "::1", 80, True)
    assert said.contexts == ("kind-a", "arn:aws:eks:eu:1:cluster/b")
    assert said.resident == ("pods.v1", "deployments.v1.apps")
    assert read(tmp_path).resident is None
    assert read(tmp_path, PORTOLAN_RESIDENT="none").resident == ()
    assert said.hosts == ("box.lan", "[fd00::1]")
    assert (said.secret_key, said.metrics_token) == ("k" * 50, TOKEN)
    assert said.database_url == "sqlite:///x.sqlite3"


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORTOLAN_AUTH", "oidc", "use one of link, none"),
        ("PORTOLAN_BIND", "8000", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "127.0.0.1:", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "127.0.0.1:0", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "127.0.0.1:65536", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "127.0.0.1:8²", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "::1:8000", "use ADDRESS:PORT"),
        ("PORTOLAN_BIND", "0.0.0.0:8000", "use 127.0.0.1:8000"),
        ("PORTOLAN_BIND", "box.lan:80", "use 127.0.0.1:80"),
        ("PORTOLAN_HOSTS", "*", "without scheme, port or *"),
        ("PORTOLAN_HOSTS", "https://box.lan", "without scheme, port or *"),
        ("PORTOLAN_HOSTS", "box.lan:8000", "without scheme, port or *"),
        ("PORTOLAN_DEBUG", "true", "use 1 or 0"),
        ("PORTOLAN_DEMO", "yes", "use 1 or 0"),
        ("PORTOLAN_DEMO_PODS", "0", "use a number from 1 to 2000"),
        ("PORTOLAN_DEMO_PODS", "2001", "use a number from 1 to 2000"),
        ("PORTOLAN_DEMO_PODS", "many", "use a number from 1 to 2000"),
        ("PORTOLAN_SECRET_KEY_FILE", "/nonexistent/key", "name another"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_what_to_do(
    tmp_path: Path, name: str, value: str, advice: str
) -> None:
    with pytest.raises(BadValue) as refused:
        read(tmp_path, **{name: value})

    sentence = str(refused.value)
    assert sentence.startswith(f"{name}={value!r}: ")
    assert advice in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORTOLAN_METRICS_TOKEN", "hunter2", "at least 16"),
        ("PORTOLAN_METRICS_TOKEN", "hunter2 hunter2 hunter2", "at least 16"),
        ("DATABASE_URL", "hunter2", "use sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "mysql://me:hunter2@h/db", "use sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "postgresql://me:hunter2@h", "use sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "postgresql://me:hunter2@[h/db", "use sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "postgresql://h:hunter2/db", "use sqlite:///FILE or postgresql://"),
        ("DATABASE_URL", "sqlite:///", "use sqlite:///FILE or postgresql://"),
        ("REDIS_URL", "http://:hunter2@h", "use redis://"),
        ("REDIS_URL", "redis://h:hunter2/0", "use redis://"),
    ],
)
def test_a_value_that_may_hold_a_password_is_not_repeated(
    tmp_path: Path, name: str, value: str, advice: str
) -> None:
    with pytest.raises(BadValue) as refused:
        read(tmp_path, **{name: value})

    assert str(refused.value).startswith(f"{name}=(hidden): ")
    assert advice in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value", "package"),
    [
        ("DATABASE_URL", "postgresql://h/db", "psycopg"),
        ("REDIS_URL", "redis://h/0", "channels_redis"),
    ],
)
def test_a_server_whose_client_is_not_installed_names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, package: str
) -> None:
    monkeypatch.setattr(env, "find_spec", lambda wanted: None if wanted == package else object())

    with pytest.raises(BadValue, match=rf"needs the package {package}; install portolan\[prod\]"):
        read(tmp_path, **{name: value})


def test_a_key_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    short, binary = tmp_path / "short", tmp_path / "binary"
    short.write_text("secret", encoding="utf-8")
    binary.write_bytes(b"\xff" * 60)

    with pytest.raises(BadValue, match="too short; use at least 50 characters"):
        read(tmp_path, PORTOLAN_SECRET_KEY_FILE=str(short))
    with pytest.raises(BadValue, match="is not text"):
        read(tmp_path, PORTOLAN_SECRET_KEY_FILE=str(binary))


def test_secrets_stay_out_of_what_is_printed_of_the_environment(tmp_path: Path) -> None:
    said = read(tmp_path, PORTOLAN_METRICS_TOKEN=TOKEN, DATABASE_URL="sqlite:///hunter2.sqlite3")

    assert said.secret_key not in repr(said)
    assert TOKEN not in repr(said)
    assert "hunter2" not in repr(said)


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(BadValue, match=r"PORTOLAN_DATA='.*/file': the folder cannot be made"):
        read(tmp_path / "file")
    with pytest.raises(BadValue, match=r"PORTOLAN_DATA='~nobody-of-that-name/x': name a folder"):
        env.read({"PORTOLAN_DATA": "~nobody-of-that-name/x"})


def test_a_data_folder_that_cannot_be_written_to_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)  # root may write everywhere

    with pytest.raises(BadValue, match="cannot be written to; name another"):
        read(tmp_path)


def test_a_checkout_keeps_its_data_in_var() -> None:
    assert env.read({}).data == ROOT / "var"


def test_an_installed_package_keeps_its_data_where_xdg_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "checkout", lambda: None)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))

    assert env.read({"XDG_DATA_HOME": str(tmp_path)}).data == tmp_path / "portolan"
    default = tmp_path / "home" / ".local" / "share" / "portolan"
    assert env.read({}).data == default
    assert env.read({"XDG_DATA_HOME": "relative"}).data == default, "XDG: relative is ignored"


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    read(tmp_path / "new")

    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_a_bad_value_ends_every_command_in_one_line_without_a_traceback(tmp_path: Path) -> None:
    for command in (["manage.py", "check"], ["-m", "portal", "serve"]):
        ended = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={"PORTOLAN_DATA": str(tmp_path), "PORTOLAN_BIND": "nowhere"},
            capture_output=True,
            text=True,
            check=False,
        )

        assert ended.returncode == 1
        assert ended.stdout == ""
        assert ended.stderr == (
            "portolan: PORTOLAN_BIND='nowhere': "
            "use ADDRESS:PORT, such as 127.0.0.1:8000 or [::1]:8000\n"
        )


def test_people_with_tokens_may_come_from_other_machines(tmp_path: Path) -> None:
    environment = env.read(
        {"PORTOLAN_DATA": str(tmp_path), "PORTOLAN_AUTH": "token", "PORTOLAN_BIND": "0.0.0.0:8000"}
    )

    assert not environment.loopback
