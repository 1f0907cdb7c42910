"""Random spoilt input for whatever reads what strangers wrote: `python -m tests.fuzz --minutes N`."""
