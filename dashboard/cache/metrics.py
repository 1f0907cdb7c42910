"""What the informers of this process count, all clusters together."""

from prometheus_client import Counter, Gauge

INFORMERS = Gauge("portolan_informers", "Informers that run, those kept warm included.")
WATCH_STREAMS = Gauge("portolan_watch_streams", "Watches that an API server holds open for us.")
CHECKS = Counter(
    "portolan_self_checks", "Comparisons of a copy with the cluster, by outcome.", ["outcome"]
)
RELISTS = Counter("portolan_relists", "Lists after the first one of an informer.")
