"""`portolan source`: which source is here, and bring what is not."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.source import directory, proxy
from portal.source.errors import SourceError
from portal.source.snapshot import Module, Shelf, Snapshot, dump, load
from portal.walkthrough import shelfmark
from portal.walkthrough.needs import needed
from portal.walkthrough.stock import Stock, stock


class Command(BaseCommand):
    """`list`, `fetch [PROJECT@VERSION]`, `add PROJECT@VERSION FOLDER`, `verify`, `remove`."""

    help = "Say which source is here; fetch what is not from GOPROXY; take it from a folder."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one of five actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="snapshots, and how much of each is here")
        fetch = actions.add_parser("fetch", help="bring modules from the proxies of GOPROXY")
        what = "PROJECT@VERSION or MODULE@VERSION; else what chapters need"
        fetch.add_argument("key", nargs="?", default="", help=what)
        fetch.add_argument("--json", action="store_true", help="one JSON line for each module")
        add = actions.add_parser("add", help="take a folder as a version of a project")
        add.add_argument("key", help="PROJECT@VERSION, such as kubernetes@v1.36.3-mine")
        add.add_argument(
            "folder", type=Path, help="a checkout or an unpacked archive with a go.mod"
        )
        for action, what in (
            ("verify", "hold every byte against its hash"),
            ("remove", "forget it"),
        ):
            actions.add_parser(action, help=what).add_argument("key", help="PROJECT@VERSION")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's signature)
        """Do it; fail with what to do next."""
        store = stock(shelfmark.where())
        try:
            match options["action"]:
                case "list":
                    self._list(store)
                case "fetch":
                    self._fetch(store, options["key"], is_json=options["json"])
                case "add":
                    self._add(store, options["key"], options["folder"])
                case "verify":
                    self._verify(store, _named(store.shelf, options["key"]))
                case "remove":
                    self._remove(store, _named(store.shelf, options["key"]))
        except SourceError as error:
            raise CommandError(str(error)) from error

    def _list(self, store: Stock) -> None:
        for snapshot in store.shelf.snapshots:
            absent, total = store.cache.absent(snapshot.modules), len(snapshot.modules)
            here = total - len(absent)
            self.stdout.write(f"{snapshot.key:30} {here:3} / {total:3}  {snapshot.id[:12]}")

    def _fetch(self, store: Stock, key: str, *, is_json: bool) -> None:
        wanted = _meant(store.shelf, key) if key else needed(shelfmark.library(), store.shelf)
        absent = store.cache.absent(wanted)
        say = self._say_json if is_json else self._say
        for done, module in enumerate(absent):
            say(done, len(absent))
            try:
                proxy.download(module, shelfmark.imported() / "mod")
            except SourceError as error:
                say(done, len(absent), str(error))
                raise
        say(len(absent), len(absent))

    def _say_json(self, done: int, total: int, failed: str = "") -> None:
        self.stdout.write(json.dumps({"done": done, "total": total, "failed": failed}))
        self.stdout.flush()

    def _say(self, done: int, total: int, failed: str = "") -> None:
        if not failed:  # else the command fails with it
            text = ngettext("%(done)d of %(total)d module", "%(done)d of %(total)d modules", total)
            self.stdout.write(text % {"done": done, "total": total})

    def _add(self, store: Stock, key: str, folder: Path) -> None:
        project, _at, version = key.partition("@")
        if key in {snapshot.key for snapshot in store.shelf.snapshots}:
            raise CommandError(
                _("%(key)s is listed already; give this one a suffix, such as %(key)s-mine")
                % {"key": key}
            )
        snapshot = directory.take(folder, project, version, shelfmark.imported() / "mod")
        self._write((*_taken(), snapshot))
        self.stdout.write(f"{snapshot.key}  {len(snapshot.modules)}  {snapshot.id[:12]}")

    def _verify(self, store: Stock, snapshot: Snapshot) -> None:
        for module in snapshot.modules:
            store.cache.verify(module)
        self.stdout.write(f"{snapshot.key}  {snapshot.id}")

    def _remove(self, store: Stock, snapshot: Snapshot) -> None:
        kept = {module for s in store.shelf.snapshots if s != snapshot for module in s.modules}
        for module in set(snapshot.modules) - kept:
            directory.forget(module, shelfmark.imported() / "mod")
        self._write(tuple(taken for taken in _taken() if taken != snapshot))

    def _write(self, snapshots: tuple[Snapshot, ...]) -> None:
        place = shelfmark.imported() / "taken.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_text(dump(Shelf(snapshots)), encoding="utf-8")
        part.replace(place)


def _taken() -> tuple[Snapshot, ...]:
    place = shelfmark.imported() / "taken.toml"
    return load(place).snapshots if place.is_file() else ()


def _named(shelf: Shelf, key: str) -> Snapshot:
    project, _at, version = key.partition("@")
    return shelf.get(project, version)


def _meant(shelf: Shelf, key: str) -> tuple[Module, ...]:
    """Return the modules of a PROJECT@VERSION, or the one that is MODULE@VERSION."""
    for snapshot in shelf.snapshots:
        for module in snapshot.modules:
            if str(module) == key:
                return (module,)
    return _named(shelf, key).modules
