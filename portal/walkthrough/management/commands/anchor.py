"""`portolan anchor go:IMPORTPATH#NAME`: the digests that a chapter needs, from the source here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.source.errors import SourceError
from portal.walkthrough import anchors, shelfmark
from portal.walkthrough.anchors import AnchorError
from portal.walkthrough.excerpt import find
from portal.walkthrough.stock import stock


class Command(BaseCommand):
    """Prints an anchor with its D8, then its statements with their S8, indented as they nest."""

    help = "Print a symbol's anchor with its digest, and the digests of its statements."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one anchor, digests optional, and a version."""
        parser.add_argument("anchor", help="go:IMPORTPATH#NAME")
        parser.add_argument("--at", default="", help="version, such as v1.36.3")

    def handle(self, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Print; fail with what to do next."""
        store = stock(shelfmark.where())
        try:
            anchor = anchors.parse(options["anchor"]).symbol
            held = store.shelf.holder(anchor.importpath, options["at"] or None)
            if held is None:
                raise CommandError(_("No snapshot in content/snapshots.toml holds this package."))
            tree = store.tree(held[0].key)
            place = find(store.packages, tree, anchor)
        except (AnchorError, SourceError) as error:
            raise CommandError(str(error)) from error
        symbol = place.symbol
        self.stdout.write(f"{anchor}~{symbol.digest[:8]}  {place.path}:{symbol.line}")
        lines = tree.read(place.path).decode("utf-8", "replace").split("\n")
        seen = [statement.digest for statement in symbol.statements]
        for statement in symbol.statements:
            twice = " (stands more than once)" if seen.count(statement.digest) > 1 else ""
            text = lines[statement.line - 1].strip()[:80]
            indent = "  " * (statement.depth + 1)
            self.stdout.write(f"{indent}/{statement.digest[:8]}  {text}{twice}")
