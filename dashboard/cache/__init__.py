"""A list-watch cache, in client-go's order of rooms (k8s.io/client-go/tools/cache).

One event loop owns every cache, so there are no locks and no threads here; what must be atomic is
an ordinary function.
"""
