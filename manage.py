#!/usr/bin/env python3
"""Django's command line for a checkout; `portolan` is the same for an installed package."""

from portal.__main__ import main

if __name__ == "__main__":
    main()
