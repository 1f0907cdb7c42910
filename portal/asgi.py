"""The one ASGI application: pages, the WebSocket, and the life of the connected clusters."""

import logging
import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()  # loads the apps that the imports below need

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.sessions import CookieMiddleware, SessionMiddleware
from django.conf import settings
from django.urls import path

from dashboard import clusters
from dashboard.access import directory
from dashboard.cache import interpreter
from dashboard.cache.clock import SystemClock
from dashboard.demo.berth import Demo
from dashboard.live.consumers import TableConsumer
from portal.accounts.socket import DoorSocket
from portal.walkthrough.importer import IMPORTER
from portal.walkthrough.roster import ROSTER

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def with_lifespan(application: Application) -> Application:
    """Return `application` that also connects the clusters at start and leaves them at the end.

    Where the demo is asked for, it is served from here too, and is the one cluster. Django speaks no
    lifespan. A cluster that cannot be reached does not stop the start: the page about it says why.
    """

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await receive()  # lifespan.startup
        environment = settings.ENVIRONMENT
        demo = None
        if environment.demo:
            demo = await Demo.start(
                environment.data / "demo", SystemClock(), pods=environment.demo_pods
            )
        # What is loaded by now stays: a full collection that walked it would stop the loop for 50 ms.
        interpreter.calm()
        if demo is None:
            await clusters.start(environment.data, environment.contexts, environment.resident)
        else:
            await clusters.start_demo(demo.apiserver.server, demo.kubeconfig)
        log.info("%s", directory.summary())
        IMPORTER.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
        await ROSTER.stop()
        await IMPORTER.stop()
        await clusters.stop()
        if demo is not None:
            await demo.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    return respond


application = with_lifespan(
    ProtocolTypeRouter(
        {
            "http": django_application,
            "websocket": CookieMiddleware(
                SessionMiddleware(
                    DoorSocket(URLRouter([path("ws", TableConsumer.as_asgi())])),
                )
            ),
        }
    )
)
