"""`portolan drift`: which anchors of chapters name what is no longer so, with an exit code."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.walkthrough import shelfmark
from portal.walkthrough.allowance import reason_for, unneeded
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.survey import Graded, chapter_of, stands, survey


class Command(BaseCommand):
    """Grades every anchor at every version; ends with 1 where a chapter says what is no longer so."""

    help = "Say how far the anchors of all chapters have drifted, over the versions that are here."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how much is told."""
        parser.add_argument(
            "--all", action="store_true", help="every anchor that is not the same everywhere"
        )
        parser.add_argument("--json", action="store_true", help="one JSON line for each anchor")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Tell; exit with 1 where an anchor fails."""
        try:
            allowed = shelfmark.allowed_drift()
        except ValueError as error:
            raise CommandError(str(error)) from error
        found = survey(shelfmark.where(), stands(shelfmark.library()), is_thorough=True)
        useless = unneeded(found, allowed)
        for one in found.graded:
            if options["json"]:
                self.stdout.write(json.dumps(_line(one, reason_for(one, allowed))))
            elif one.failing or (options["all"] and one.worst is not Grade.SAME):
                grades = "  ".join(
                    f"{version} {_told(one, version, grade)}" for version, grade in one.grades
                )
                reason = reason_for(one, allowed) if one.failing else ""
                told = f"  ({reason})" if reason else ""
                self.stdout.write(f"{chapter_of(one)}  {one.stand.anchor}  {grades}{told}")
        if not options["json"]:
            for project, versions in found.versions:
                for version in versions:
                    self._tally(project, version, found.graded)
        for entry in useless:
            self.stderr.write(_("No longer needed in drift.toml: %(entry)s") % {"entry": entry})
        if useless or any(not reason_for(one, allowed) for one in found.failing):
            sys.exit(1)

    def _tally(self, project: str, version: str, graded: tuple[Graded, ...]) -> None:
        counts = Counter(
            _told(one, at, grade)
            for one in graded
            if one.project == project
            for at, grade in one.grades
            if at == version
        )
        words = (*map(_word, (*Grade, None)), _("not yet"))
        said = "  ".join(f"{word} {counts[word]}" for word in words if counts[word])
        total = counts.total()
        anchors = ngettext("%(n)d anchor", "%(n)d anchors", total) % {"n": total}
        self.stdout.write(f"{project}@{version}  {anchors}  {said}")


def _word(grade: Grade | None) -> str:
    words = {
        Grade.SAME: _("same"),
        Grade.MOVED: _("moved"),
        Grade.BODY: _("body changed"),
        Grade.SIGNATURE: _("signature changed"),
        Grade.GONE: _("gone"),
    }
    return _("not here") if grade is None else words[grade]


def _told(one: Graded, version: str, grade: Grade | None) -> str:
    """Return how an anchor is at a version."""
    return _("not yet") if grade is not None and one.is_early(version) else _word(grade)


def _line(one: Graded, reason: str) -> dict[str, Any]:
    return {
        "anchor": str(one.stand.anchor),
        "book": one.stand.book,
        "chapter": one.stand.chapter,
        "verified_at": one.stand.verified_at,
        "project": one.project,
        "grades": {
            version: "not yet"
            if grade is not None and one.is_early(version)
            else (None if grade is None else grade.name.lower())
            for version, grade in one.grades
        },
        "first": one.first,
        "failing": [version for version, _grade in one.failing],
        "allowed": reason if one.failing else "",
    }
