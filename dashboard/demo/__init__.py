"""The demo cluster: an API server over HTTP whose every object, cell and column a real one once sent.

A recording of three minutes of a real control plane is played for ever. Nothing here prints a row:
columns and cells are the recorded ones, in which names and times are replaced.
"""
