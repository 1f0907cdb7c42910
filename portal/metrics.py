"""What the site counts of itself; `/metrics` prints it beside what `dashboard` counts.

No metric carries the name of a cluster, kind or person: whoever may reach loopback may read them.
"""

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Info, generate_latest

from portal import __version__

INFO = Info("portolan", "The Portolan that answers.")
INFO.info({"version": __version__})

OPEN_SOCKETS = Gauge("portolan_open_sockets", "WebSockets that were let in and are open.")
FRAMES_SENT = Counter("portolan_frames_sent", "Messages sent on WebSockets.")

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposition() -> bytes:
    """Return every metric of this process in Prometheus' text format, as CONTENT_TYPE."""
    return generate_latest()
