"""The API server over HTTP: where it is, how to be let in, and the few requests that are allowed."""
