"""Tests of chapters and of the pages around them."""
