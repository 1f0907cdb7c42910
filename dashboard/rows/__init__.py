"""Objects to rows: what a table shows of each."""
