"""Tests of the site and its reading half."""
