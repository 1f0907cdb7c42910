"""A scripted kubelet: one process that stands for many nodes and lets their pods fail on purpose.

It registers nodes, keeps their leases, writes the status of their pods as each pod's annotation
says, and serves container logs over TLS. No container runs anywhere.
"""
