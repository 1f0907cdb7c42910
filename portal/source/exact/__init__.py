"""The exact tier: what Go's own type checker says of an imported version, where Go is at hand.

`checker` runs the small Go program of this folder over what was imported; `answers` reads what it left.
Without Go, or until it has run, portal.source.xref, portal.source.implementers and portal.source.callgraph
answer alone.
"""
