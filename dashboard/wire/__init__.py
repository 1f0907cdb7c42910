"""Bytes to typed partial objects: only what rows and indexes need is ever decoded."""
