"""Tests of the source library: plain Python, no Django."""
