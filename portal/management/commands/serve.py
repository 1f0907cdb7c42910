"""`portolan serve`: everything needed, then the site."""

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import BaseCommand, call_command

from portal.accounts import door


class Command(BaseCommand):
    """Migrates, collects the static files, prints the address, and serves until interrupted."""

    help = "Serve Portolan. PORTOLAN_BIND says where, KUBECONFIG which clusters."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --reload for work on Portolan itself."""
        parser.add_argument("--reload", action="store_true", help="start anew when a file changes")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Serve; returns when the server was told to stop."""
        environment = settings.ENVIRONMENT
        call_command("migrate", verbosity=0)
        if not settings.DEBUG:
            call_command("collectstatic", interactive=False, verbosity=0)
        host = f"[{environment.host}]" if ":" in environment.host else environment.host
        origin = f"http://{host}:{environment.port}"
        self.stdout.write(f"Portolan: {door.link(origin) if environment.auth == 'link' else origin}")
        self.stdout.flush()
        uvicorn.run(
            "portal.asgi:application",
            host=environment.host,
            port=environment.port,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_max_size=64 * 1024,
            timeout_graceful_shutdown=10,
            server_header=False,
            log_level="warning",
            reload=options["reload"],
        )
