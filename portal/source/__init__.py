"""The source library: which Go source there is, where it lies, and what it declares.

Plain Python: nothing here knows of Django or of a cluster. Everything that parses is pure and
picklable, so that callers may run it in another process.
"""
