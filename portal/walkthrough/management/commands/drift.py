"""`portolan drift`: which anchors of chapters name what is no longer so, with an exit code."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.walkthrough import shelfmark
from portal.walkthrough.excerpt import Grade
from portal.walkthrough.survey import Graded, stands, survey


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
        found = survey(shelfmark.where(), stands(shelfmark.library()), is_thorough=True)
        for one in found.graded:
            if options["json"]:
                self.stdout.write(json.dumps(_line(one)))
            elif one.failing or (options["all"] and one.worst is not Grade.SAME):
                grades = "  ".join(f"{version} {_word(grade)}" for version, grade in one.grades)
                stand = one.stand
                self.stdout.write(f"{stand.book}/{stand.chapter}  {stand.anchor}  {grades}")
        if not options["json"]:
            for project, versions in found.versions:
                for version in versions:
                    self._tally(project, version, found.graded)
        if found.failing:
            sys.exit(1)

    def _tally(self, project: str, version: str, graded: tuple[Graded, ...]) -> None:
        counts = Counter(
            grade
            for one in graded
            if one.project == project
            for at, grade in one.grades
            if at == version
        )
        said = "  ".join(
            f"{_word(grade)} {counts[grade]}" for grade in (*Grade, None) if counts[grade]
        )
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


def _line(one: Graded) -> dict[str, Any]:
    return {
        "anchor": str(one.stand.anchor),
        "book": one.stand.book,
        "chapter": one.stand.chapter,
        "verified_at": one.stand.verified_at,
        "project": one.project,
        "grades": {
            version: grade.name.lower() if grade is not None else None
            for version, grade in one.grades
        },
        "failing": [version for version, _grade in one.failing],
    }
