"""`portolan checktext FILE`: what a text says of source, held against every imported version."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.source.errors import SourceError
from portal.walkthrough import shelfmark
from portal.walkthrough.checkpage import MAX_BYTES, Row, check_text
from portal.walkthrough.links import Links

SITE = Links("/symbol/", "/source/", "/learn/")


class Command(BaseCommand):
    """Prints what never existed so, then all else; ends with 1 where there is such a thing."""

    help = (
        "Look up every symbol, signature, path and line that a text names in all imported versions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one file."""
        parser.add_argument("file", help="a text of up to 256 kB; - for standard input")
        parser.add_argument("--json", action="store_true", help="one JSON line for each mention")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Tell; exit with 1 where something never existed."""
        try:
            report = check_text(shelfmark.where(), _text(options["file"]), SITE)
        except (OSError, SourceError) as error:
            raise CommandError(str(error)) from error
        for group in report.groups:
            for row in group.rows:
                if options["json"]:
                    self.stdout.write(json.dumps(asdict(row)))
                else:
                    self.stdout.write(f"{row.at:5}  {_word(group.standing):24}  {row.said}")
                    for line in _lines(row):
                        self.stdout.write(f"       {line}")
        if report.unread or report.is_cut:
            self.stderr.write(_("The text is too long; its end was not read."))
        if report.wrong:
            sys.exit(1)


def _text(name: str) -> str:
    data = sys.stdin.buffer.read(MAX_BYTES * 4) if name == "-" else Path(name).read_bytes()
    return data.decode("utf-8", "replace")


def _lines(row: Row) -> list[str]:
    """Return what is told below a mention: where it is, what stands at its line, what is like it."""
    lines = [f"{place.anchor or place.label}  {place.versions}" for place in row.places]
    lines += [f"{line.versions}  {line.anchor}" for line in row.lines if line.anchor]
    if row.near:
        lines.append(_("Like it:") + " " + ", ".join(label for label, _href in row.near))
    return lines


def _word(standing: str) -> str:
    words = {
        "never": _("In no imported version"),
        "otherwise": _("Exists, but not so"),
        "gone": _("Existed once"),
        "moved": _("Moved"),
        "untold": _("Cannot be told"),
        "since": _("Exists now, not always"),
        "here": _("Exists"),
    }
    return words[standing]
