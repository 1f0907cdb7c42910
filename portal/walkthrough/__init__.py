"""Chapters: prose that names source, beside the source that it names."""
