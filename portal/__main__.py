"""`portolan`, `kubectl portolan` and `python -m portal`: manage.py for an installed package."""

import os
import sys


def main() -> None:
    """Run the management command that the command line names; without one, serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if os.environ.get("NO_COLOR"):
        os.environ["DJANGO_COLORS"] = "nocolor"  # Django knows that name only
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv if len(sys.argv) > 1 else [sys.argv[0], "serve"])


if __name__ == "__main__":
    main()
