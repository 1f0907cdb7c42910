"""What the site counts of itself; `/metrics` prints it beside what `dashboard` counts.

No metric carries the name of a cluster, kind or person: whoever may reach loopback may read them.
"""

from prometheus_client import Counter, Gauge, Info

from portal import __version__

INFO = Info("portolan", "The Portolan that answers.")
INFO.info({"version": __version__})

OPEN_SOCKETS = Gauge("portolan_open_sockets", "WebSockets that were let in and are open.")
FRAMES_SENT = Counter("portolan_frames_sent", "Messages sent on WebSockets.")
