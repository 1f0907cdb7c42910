"""The performance goals as ratios in one run: `make bench`."""
