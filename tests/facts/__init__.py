"""Facts about API servers that Portolan is built on, each a test on real ones.

They say nothing of Portolan: a test that fails here says that a server is not what the caches, the
gate and the transport take it for. The numbers M1 to M18 are those of the design's list.
"""
