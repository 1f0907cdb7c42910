"""`portolan serve`: everything needed, then the site."""

import contextlib
import os
import socket
import sqlite3
import sys
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError
from uvicorn.supervisors import ChangeReload

from portal.accounts import door
from portal.alone import alone
from portal.crosslinks import harbour
from portal.env import Environment
from portal.resource import checkout
from portal.secretfile import NoSecret

PREPARATION_LIMIT_S = 60.0
"""How long a start waits for another one that prepares the same data folder."""


class Command(BaseCommand):
    """Migrates, collects the static files, prints the address, and serves until interrupted."""

    help = "Serve Portolan. PORTOLAN_BIND says where, KUBECONFIG which clusters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --reload for work on Portolan itself."""
        parser.add_argument("--reload", action="store_true", help="start anew when a file changes")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Serve; returns when the server was told to stop. Raises CommandError with what to do."""
        environment = settings.ENVIRONMENT
        # Before anything else: a link must not be printed to a port that is somebody else's.
        with _listen(environment.host, environment.port) as listening:
            _prepare(environment.data)
            if environment.demo is None and harbour.is_empty(environment.data):
                environment = _with_demo(environment)
            self._print_address(environment)
            self._warn(environment)
            _serve(listening, is_reloading=options["reload"])

    def _print_address(self, environment: Environment) -> None:
        host = f"[{environment.host}]" if ":" in environment.host else environment.host
        address = f"http://{host}:{environment.port}"
        try:
            shown = door.link(address) if environment.auth == "link" else address
        except NoSecret as error:
            raise CommandError(f"PORTOLAN_DATA={str(environment.data)!r}: {error}") from error
        if environment.demo:
            self.stdout.write("Demo cluster: a recording, with no real cluster behind it.")
        self.stdout.write(f"Portolan: {shown}")
        self.stdout.flush()

    def _warn(self, environment: Environment) -> None:
        if not environment.loopback:
            self.stderr.write(
                f"PORTOLAN_BIND={environment.host}:{environment.port} is open to the network without "
                "TLS: tokens and pages can be read on the way. Put a proxy with TLS in front, and name "
                "its host in PORTOLAN_HOSTS."
            )


def _with_demo(environment: Environment) -> Environment:
    """Show the demo, as PORTOLAN_DEMO=1 would; nobody is asked for a link then."""
    os.environ["PORTOLAN_DEMO"] = "1"  # for the process that --reload starts
    auth = environment.auth if os.environ.get("PORTOLAN_AUTH") else "none"
    shown = replace(environment, demo=True, auth=auth)
    settings.ENVIRONMENT = shown
    return shown


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens. Raises CommandError when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CommandError(
            f"PORTOLAN_BIND: port {port} of {host}: {os.strerror(error.errno or 0)}; "
            "stop what listens there, or name another port"
        ) from error


def _prepare(data: Path) -> None:
    """Bring the database and the collected static files up to this version."""
    if settings.BUNDLES is None:
        how = "run `make assets`" if checkout() else "install Portolan anew"
        raise CommandError(f"The fonts and browser files are not built: {how}.")
    try:
        with alone(data / "start.lock", PREPARATION_LIMIT_S):
            call_command("migrate", verbosity=0)
            if not settings.DEBUG:
                call_command("collectstatic", interactive=False, verbosity=0)
    except (DatabaseError, sqlite3.Error) as error:
        raise CommandError(f"The database cannot be used: {error}") from error
    except OSError as error:
        raise CommandError(f"{error.filename} cannot be written: {error.strerror}") from error


def _serve(listening: socket.socket, *, is_reloading: bool) -> None:
    config = uvicorn.Config(
        "portal.asgi:application",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=64 * 1024,
        timeout_graceful_shutdown=10,
        server_header=False,
        log_level="warning",
        reload=is_reloading,
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        if is_reloading:
            ChangeReload(config, target=server.run, sockets=[listening]).run()
            return
        server.run(sockets=[listening])
    if not server.started:
        sys.exit(1)  # the log has said why
