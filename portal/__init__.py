"""The site and its reading half: source library, walkthroughs, accounts, and the links between the halves."""

__version__ = "0.1.0"
