"""What `portolan serve` says instead of starting, in one sentence with what to do."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings


@pytest.fixture(autouse=True)
def free_port(settings: Settings, tmp_path: Path) -> None:
    """An address that nothing listens on, and a data folder of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, port=port, data=tmp_path)


def test_a_checkout_without_fonts_is_told_to_build_them(settings: Settings) -> None:
    settings.BUNDLES = None

    with pytest.raises(CommandError, match="not built: run `make assets`"):
        call_command("serve")


@pytest.mark.django_db(transaction=True)
def test_a_link_without_a_secret_is_not_printed(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, demo=False)
    settings.DEBUG = True  # without it the static files would be collected first
    settings.BUNDLES = tmp_path
    (tmp_path / "link-secret").touch()

    with pytest.raises(CommandError, match="link-secret there holds no secret; delete it"):
        call_command("serve")

    assert capsys.readouterr().out == ""
