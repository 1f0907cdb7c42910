"""The fault rig: Portolan's own informers between a real API server and a proxy that misbehaves.

Every seed is a script of writes and faults. What was written, said, seen and asked goes into an event
log; afterwards a validator, which shares no code with the cache, holds the log against the invariants.
"""
