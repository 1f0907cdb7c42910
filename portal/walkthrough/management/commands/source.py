"""`portolan source`: which source is here, and bring what is not."""

import json
import shutil
import tempfile
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.alone import alone
from portal.source import proxy
from portal.source.cargo import forget, licence_of, take
from portal.source.compaction import Saving, compact
from portal.source.errors import BadArchive, NotIndexed, SourceError
from portal.source.exact import answers, checker
from portal.source.fetch import ModuleCache, verify
from portal.source.intake import Step, take_in
from portal.source.moduleset import Composed, compose, lone, project_of
from portal.source.snapshot import Module, Shelf, Snapshot, dump, load
from portal.source.view import Collection
from portal.source.viewholding import ViewHolding
from portal.walkthrough import manifest, shelfmark
from portal.walkthrough.needs import needed
from portal.walkthrough.stock import Stock, stock

PATIENCE_S = 3600.0
"""How long an import waits for another one."""


class Say(Protocol):
    """Takes a step of an import."""

    def __call__(self, phase: str, done: int, total: int, failed: str = "") -> None:
        """Tell it."""


class Command(BaseCommand):
    """`list`, `fetch [KEY]`, `add KEY [PATH]`, `exact`, `verify`, `remove`, `compact`."""

    help = "Say which source is here; fetch what is not from GOPROXY; take it from a folder or archive."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take one of seven actions."""
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="snapshots, and how much of each is here")
        fetch = actions.add_parser("fetch", help="bring modules from the proxies of GOPROXY")
        what = "PROJECT@VERSION or MODULE@VERSION; else what chapters need"
        fetch.add_argument("key", nargs="?", default="", help=what)
        fetch.add_argument("--json", action="store_true", help="one JSON line for each module")
        add = actions.add_parser("add", help="import a version, to be read and searched whole")
        what = "PROJECT@VERSION: a listed one, or one of your own; or any Go module: MODULE@VERSION"
        add.add_argument("key", help=what)
        add.add_argument(
            "path",
            nargs="?",
            help="where one of your own lies: a folder, a tar or zip archive, a Debian .dsc, or "
            "REPOSITORY#REF: a git repository at a tag, branch or commit",
        )
        add.add_argument("--name", default="", help="the PROJECT as which a MODULE is listed")
        add.add_argument("--ref", default="", help="the tag, branch or commit of a repository")
        add.add_argument("--json", action="store_true", help="one JSON line for each step")
        for action, what in (
            ("exact", "have Go's type checker say who uses, calls and implements what in one"),
            ("verify", "hold every byte against its hash"),
            ("remove", "forget it"),
        ):
            actions.add_parser(action, help=what).add_argument("key", help="PROJECT@VERSION")
        what = "write anew what holds something that no version needs, and small parts as one"
        actions.add_parser("compact", help=what)

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
                    self._add(store, options)
                case "compact":
                    self._compact(store)
                case "exact":
                    self._exact(store, _named(store.shelf, options["key"]))
                case "verify":
                    self._verify(store, _named(store.shelf, options["key"]))
                case "remove":
                    self._remove(store, _named(store.shelf, options["key"]))
        except SourceError as error:
            raise CommandError(str(error)) from error

    def _list(self, store: Stock) -> None:
        for snapshot in store.shelf.snapshots:
            total = len(snapshot.modules)
            if store.collection and (view := store.collection.view(snapshot)):
                here, how = total, _("indexed") if view.has_code else _("being indexed")
            else:
                here, how = total - len(store.cache.absent(snapshot.modules)), ""
            self.stdout.write(f"{snapshot.key:30} {here:3} / {total:3}  {snapshot.id[:12]}  {how}")

    def _fetch(self, store: Stock, key: str, *, is_json: bool) -> None:
        wanted = _meant(store.shelf, key) if key else needed(shelfmark.library(), store.shelf)
        self._bring(store, wanted, self._say_json if is_json else self._say)

    def _bring(self, store: Stock, wanted: tuple[Module, ...], say: Say) -> None:
        """Fetch those modules that are not here."""
        absent = store.cache.absent(wanted)
        for done, module in enumerate(absent):
            say("fetch", done, len(absent))
            try:
                proxy.download(module, shelfmark.imported() / "mod")
            except SourceError as error:
                say("fetch", done, len(absent), str(error))
                raise
        say("fetch", len(absent), len(absent))

    def _add(self, store: Stock, options: dict[str, Any]) -> None:
        """Import a listed version, or what lies at a path as one."""
        key, said = options["key"], options["path"]
        say = self._say_json if options["json"] else self._say
        is_listed = key in {snapshot.key for snapshot in store.shelf.snapshots}
        if said and is_listed:
            raise CommandError(
                _("%(key)s is listed already; give this one a suffix, such as %(key)s-mine")
                % {"key": key}
            )
        collection = Collection(shelfmark.imported() / "index")
        collection.root.mkdir(parents=True, exist_ok=True)
        with alone(collection.root / "import.lock", PATIENCE_S):
            if said:
                snapshot = self._take(collection, options, say)
            else:
                is_module = "/" in key.partition("@")[0]
                snapshot = (
                    self._lone(store, options, say) if is_module else self._listed(store, options)
                )
                if not collection.holds(snapshot):
                    self._bring(store, snapshot.modules, say)
                take_in(snapshot, store.cache, collection, lambda s: say(s.phase, s.done, s.total))
                for module in snapshot.modules:  # the index has them now
                    forget(module, shelfmark.imported() / "mod")
        if not options["json"]:
            self.stdout.write(f"{snapshot.key}  {len(snapshot.modules)}  {snapshot.id[:12]}")

    def _listed(self, store: Stock, options: dict[str, Any]) -> Snapshot:
        """Return the version that is meant; one that nobody listed is composed, and listed from now on."""
        project, _at, version = options["key"].partition("@")
        if options["key"] in {snapshot.key for snapshot in store.shelf.snapshots}:
            return store.shelf.get(project, version)
        composed = compose(project, version, store.shelf)
        self._enlist(composed.snapshot)
        self._say_doubts(composed, options)
        if composed.left_out and not options["json"]:
            said = _("No proxy has %(modules)s.") % {"modules": ", ".join(composed.left_out)}
            self.stdout.write(said)
        if composed.snapshot.lent and not options["json"]:
            said = _("%(module)s stands in for what is missing.") % {
                "module": composed.snapshot.lent
            }
            self.stdout.write(said)
        return composed.snapshot

    def _lone(self, store: Stock, options: dict[str, Any], say: Say) -> Snapshot:
        """Bring one Go module, whoever's, and list it."""
        path, _at, version = options["key"].partition("@")
        project = options["name"] or project_of(path)
        others = {one.modules[0].path for one in store.shelf.snapshots if one.project == project}
        if others - {path} or project != project_of(project):
            raise CommandError(
                _("%(key)s cannot be listed as “%(project)s”; say as what with --name NAME")
                % {"key": options["key"], "project": project}
            )
        composed = lone(path, version, project)
        self._say_doubts(composed, options)
        snapshot = composed.snapshot
        self._bring(store, snapshot.modules, say)
        snapshot = replace(snapshot, licence=licence_of(store.cache.find(snapshot.modules[0])))
        self._enlist(snapshot)
        return snapshot

    def _say_doubts(self, composed: Composed, options: dict[str, Any]) -> None:
        for doubt in composed.unproven if not options["json"] else ():
            self.stdout.write(_("Hashes are taken without a proof: %(why)s.") % {"why": doubt})

    def _exact(self, store: Stock, snapshot: Snapshot) -> None:
        """Run Go's type checker over an imported version."""
        index = store.index(snapshot.key)
        if store.collection is None or index is None or not index.view.has_code:
            raise NotIndexed(snapshot.key)
        place = store.collection.exact(snapshot)
        with alone(store.collection.root / "exact.lock", PATIENCE_S):
            checker.check(index, shelfmark.where().caches, place, checker.find_go())
        if found := answers.of(place):
            faulty, total = found.faulty()
            text = ngettext(
                "%(total)d Go file checked, %(faulty)d of packages with errors",
                "%(total)d Go files checked, %(faulty)d of packages with errors",
                total,
            )
            self.stdout.write(text % {"total": total, "faulty": faulty})

    def _take(self, collection: Collection, options: dict[str, Any], say: Say) -> Snapshot:
        """Import what lies at a path. It is listed once it can be read, and not before."""
        project, _at, version = options["key"].partition("@")
        place, ref = _place(options["path"], options["ref"])
        for stale in shelfmark.imported().glob(".part-*"):  # of an import that was killed
            shutil.rmtree(stale, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=shelfmark.imported()) as folder:
            try:
                cargo = take(place, project, version, Path(folder), ref=ref)
            except BadArchive as error:
                raise CommandError(f"{place}: {error}") from error
            if options["json"]:
                for reason, left in cargo.left.items():
                    line = {"phase": "left", "reason": reason.value, "count": left.count}
                    self.stdout.write(json.dumps(line | {"example": left.example}))
            else:
                self.stdout.writelines(f"{line}\n" for line in manifest.lines(cargo.left))

            def step(step: Step) -> None:
                if step.phase == "code":
                    self._enlist(cargo.snapshot)
                say(step.phase, step.done, step.total)

            take_in(cargo.snapshot, ModuleCache([Path(folder)]), collection, step)
        self._enlist(cargo.snapshot)
        return cargo.snapshot

    def _enlist(self, snapshot: Snapshot) -> None:
        taken = _taken()
        if snapshot not in taken:
            self._write((*taken, snapshot))

    def _say_json(self, phase: str, done: int, total: int, failed: str = "") -> None:
        line = {"phase": phase, "done": done, "total": total, "failed": failed}
        self.stdout.write(json.dumps(line))
        self.stdout.flush()

    def _say(self, phase: str, done: int, total: int, failed: str = "") -> None:
        if failed:  # the command fails with it
            return
        if phase == "code":
            text = ngettext(
                "%(done)d of %(total)d Go file", "%(done)d of %(total)d Go files", total
            )
        else:
            text = ngettext("%(done)d of %(total)d module", "%(done)d of %(total)d modules", total)
        self.stdout.write(text % {"done": done, "total": total})

    def _verify(self, store: Stock, snapshot: Snapshot) -> None:
        view = store.collection.view(snapshot) if store.collection else None
        for module in snapshot.modules:
            if view:
                verify(module, ViewHolding(view, module))
            else:
                store.cache.verify(module)
        self.stdout.write(f"{snapshot.key}  {snapshot.id}")

    def _remove(self, store: Stock, snapshot: Snapshot) -> None:
        others = [other for other in store.shelf.snapshots if other != snapshot]
        kept = {module for other in others for module in other.modules}
        # The same files may be listed under two names: then both are one version of the index.
        if store.collection and snapshot.id not in {other.id for other in others}:
            store.collection.root.mkdir(parents=True, exist_ok=True)
            with alone(store.collection.root / "import.lock", PATIENCE_S):
                store.collection.remove(snapshot)
                compact(store.collection, is_thrifty=True)
        for module in set(snapshot.modules) - kept:
            forget(module, shelfmark.imported() / "mod")
        self._write(tuple(taken for taken in _taken() if taken != snapshot))

    def _compact(self, store: Stock) -> None:
        saving = Saving(0, 0)
        if store.collection and store.collection.root.is_dir():
            with alone(store.collection.root / "import.lock", PATIENCE_S):
                saving = compact(store.collection)
        text = ngettext(
            "%(segments)d segment rewritten, %(megabytes).1f MB less",
            "%(segments)d segments rewritten, %(megabytes).1f MB less",
            saving.segments,
        )
        self.stdout.write(
            text % {"segments": saving.segments, "megabytes": saving.bytes / 1_000_000}
        )

    def _write(self, snapshots: tuple[Snapshot, ...]) -> None:
        place = shelfmark.imported() / "taken.toml"
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_suffix(".part")
        part.write_text(dump(Shelf(snapshots)), encoding="utf-8")
        part.replace(place)


def _place(said: str, ref: str) -> tuple[Path, str]:
    """Return the path and ref that `PATH` or `PATH#REF` means; a path may hold a `#` itself."""
    before, sign, after = said.rpartition("#")
    if ref or not sign or Path(said).exists():
        return Path(said), ref
    return Path(before), after


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
