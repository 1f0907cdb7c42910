"""Which rows, in which order, from where to where: answered without sorting on a request."""
