"""Real Kubernetes control planes on loopback, for development and for tests.

`python -m tests.cluster start` builds the binaries once, starts a control plane and fills it
with the world of tests/support/world. One folder VERSION/ per server version holds the Go module
that lists what is built.
"""
