"""The source library: what an import costs beside a bare parse, and a search beside git grep.

One version of Kubernetes whole, from the module cache, and the release before it as a further one; the
same tree in a git repository for the peer. Expects proxies of GOPROXY where this machine lacks modules.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import ParamSpec

from portal.source.codequery import Query, read
from portal.source.errors import BadQuery, SourceError
from portal.source.golang import parse
from portal.source.implementers import Implementers
from portal.source.index import Index
from portal.source.moduleset import compose
from portal.source.search import read as read_symbol
from portal.source.snapshot import Snapshot
from portal.source.view import Collection, View
from portal.walkthrough.codesearch import code_batch, symbols_of
from portal.walkthrough.kinship import SHOWN_KIN, kinship
from portal.walkthrough.links import Links
from portal.walkthrough.stock import Where
from portal.walkthrough.subject import Subject
from portal.walkthrough.symbolfacts import first_uses, symbol_facts
from tests.bench import published
from tests.bench.goals import MIB, Result
from tests.cluster import toolchain
from tests.cluster.instance import ROOT
from tests.support import rightness, source

VERSION, BEFORE = "v1.36.3", "v1.35.4"
IMPORTS = 3
"""How often both are imported anew; what counts is the median."""
QUESTIONS = 200
PAGE = 50
"""Lines of a first page."""
LINKS = Links("/symbol/", "/source/", "/learn/")
EXPRESSIONS = (
    r"func \(\w+ \*{0}\) \w+\(",
    r"\b{0}\b.*err",
    r"^type {0}\w* (struct|interface)",
    r"[A-Z]\w+{0}\(",
    r"{0}\.\w+ = ",
)
"""Put around words of the code, as readers write them."""

Say = Callable[[str], None]
P = ParamSpec("P")


def measure(say: Say) -> list[Result]:
    """Return what an import and a search cost."""
    shelf = source.listed()
    current = shelf.get("kubernetes", VERSION)
    before = compose("kubernetes", BEFORE, shelf).snapshot
    for snapshot in (current, before):
        source.bring(snapshot.modules)
    with tempfile.TemporaryDirectory(prefix="portolan-bench-") as folder:
        root = Path(folder)
        results = _imports(root, before, current, say)
        view = Collection(root / "index").view(current)
        if view is None:
            raise RuntimeError("nothing was imported")
        results += _searches(root, view, say)
        results += _rightness(root, view, say)
    for line in published.lines():
        say(line)
    return results


def _imports(root: Path, before: Snapshot, current: Snapshot, say: Say) -> list[Result]:
    index = root / "index"
    firsts: list[dict[str, float]] = []
    further: list[float] = []
    for _round in range(IMPORTS):
        shutil.rmtree(index, ignore_errors=True)
        firsts.append(_import(root, before, say))
        disk = _size(index)
        further.append(_import(root, current, say)["cpu"] / firsts[-1]["cpu"])
        more = _size(index) - disk
    view = Collection(index).view(before)
    if view is None:
        raise RuntimeError("nothing was imported")
    blobs = [
        view.segments[segment].blob(blob)
        for (segment, blob), paths in view.paths.items()
        if paths[0].endswith(".go")
    ]
    go_bytes = sum(map(len, blobs))
    begun = time.process_time()
    for blob in blobs:
        parse(blob)
    bare = time.process_time() - begun
    first = median(one["cpu"] for one in firsts)
    text = median(one["text"] for one in firsts)
    say(
        f"{len(blobs)} Go files, {go_bytes / 1e6:.0f} MB: a bare parse {bare:.1f} cpu-s,"
        f" imported in {first:.1f}"
    )
    return [
        Result("import", "bare parse", first / bare, 4.0, is_upper=True),
        Result("import, browsable", "bare parse", text / bare, 1.8, is_upper=True),
        Result("import of the next", "the first", median(further), 1 / 3, is_upper=True),
        Result(
            "import, peak",
            "itself",
            max(one["peak"] for one in firsts) / MIB,
            600,
            is_upper=True,
            unit="MiB",
        ),
        Result("index on disk", "its Go", disk / go_bytes, 1.0, is_upper=True),
        Result("index, next version", "its Go", more / go_bytes, 0.3, is_upper=True),
    ]


def _import(root: Path, snapshot: Snapshot, say: Say) -> dict[str, float]:
    """Import in a process of its own, and return what it and its children cost."""
    asked = root / "asked.json"
    asked.write_text(json.dumps([snapshot.project, snapshot.version]))
    command = [sys.executable, "-m", "tests.bench.importing", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(0.05)
        told = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise RuntimeError(f"the import of {snapshot.key} ended with {process.returncode}")
    found: dict[str, float] = json.loads(told.strip().rpartition("\n")[2])
    say(f"{snapshot.key}: {found}")
    return found | {"peak": peak}


def _resident(pid: int) -> int:
    """Return the bytes that a process and its children hold now."""
    waiting, total = [pid], 0
    while waiting:
        one = waiting.pop()
        try:
            status = Path(f"/proc/{one}/status").read_text(encoding="ascii")
            children = Path(f"/proc/{one}/task/{one}/children").read_text(encoding="ascii")
        except OSError:
            continue
        line = next((each for each in status.splitlines() if each.startswith("VmRSS:")), "x 0")
        total += int(line.split()[1]) * 1024
        waiting += map(int, children.split())
    return total


def _size(folder: Path) -> int:
    return sum(place.stat().st_size for place in folder.iterdir())


def _searches(root: Path, view: View, say: Say) -> list[Result]:
    where = Where(ROOT / "content" / "snapshots.toml", source.CACHES, index=root / "index")
    key = view.snapshot.key
    tree = _repository(root / "tree", view)
    draw = random.Random(11)
    questions = list(_questions(draw, view))
    ours, theirs = [], []
    for query, text in questions:
        ours.append(_timed(code_batch, where, key, text, 0, PAGE, LINKS))
        theirs.append(_timed(_git_grep, tree, query))
    pages = [_timed(_page, where, key, text) for _query, text in questions]
    index = Index(view)
    names = list(_symbols(draw, index))
    jumps = [
        _timed(symbols_of, where, key, name, 20)
        for one in names
        if (name := read_symbol(one[1])) is not None
    ]
    subjects = [Subject(where, key, *one) for one in names]
    uses = [_timed(first_uses, one, LINKS) for one in subjects[::2]]
    facts = [_timed(symbol_facts, one, LINKS) for one in subjects[1::2]]
    kin = [_timed(kinship, one, SHOWN_KIN, LINKS) for one in subjects]
    say(
        f"search p50 {_at(ours, 0.5) * 1e3:.1f} ms, p95 {_at(ours, 0.95) * 1e3:.1f} ms;"
        f" a whole page p50 {_at(pages, 0.5) * 1e3:.1f} ms,"
        f" p95 {_at(pages, 0.95) * 1e3:.1f} ms;"
        f" git grep p50 {_at(theirs, 0.5) * 1e3:.0f} ms, p95 {_at(theirs, 0.95) * 1e3:.0f} ms;"
        f" symbols p50 {_at(jumps, 0.5) * 1e3:.1f} ms, p95 {_at(jumps, 0.95) * 1e3:.1f} ms;"
        f" the first uses of one p50 {_at(uses, 0.5) * 1e3:.1f} ms, p95 {_at(uses, 0.95) * 1e3:.1f} ms,"
        f" with all other facts p50 {_at(facts, 0.5) * 1e3:.1f} ms,"
        f" p95 {_at(facts, 0.95) * 1e3:.1f} ms; its kin, in a process of its own, the first"
        f" {kin[0]:.1f} s, then p95 {_at(kin[1:], 0.95) * 1e3:.1f} ms"
    )
    p95, grep = _at(ours, 0.95), _at(theirs, 0.95)
    return [
        Result("search, p95", "git grep p95", p95 / grep, 1 / 20, is_upper=True),
        Result(
            "search, whole page, p95",
            "git grep p95",
            _at(pages, 0.95) / grep,
            1 / 20,
            is_upper=True,
        ),
        Result("symbol jump, p95", "search p95", _at(jumps, 0.95) / p95, 1 / 3, is_upper=True),
        Result("uses, p95", "search p95", _at(uses, 0.95) / p95, 1 / 3, is_upper=True),
    ]


def _rightness(root: Path, view: View, say: Say) -> list[Result]:
    """Return how right the index is by Go's word; nothing where this machine has no Go for it."""
    try:
        agreement = rightness.implementers(view.snapshot, Implementers(Index(view)))
        links = rightness.links(view, root)
    except (toolchain.NoGo, SourceError, subprocess.CalledProcessError) as error:
        say(f"rightness was not measured: {error}")
        return []
    say(agreement.told)
    return [
        Result("implementers, precision", "go/types", agreement.precision, 0.99, is_upper=False),
        Result("implementers, recall", "go/types", agreement.recall, 0.99, is_upper=False),
        Result("links that are right", "go/types", links, 0.995, is_upper=False),
    ]


def _page(where: Where, key: str, text: str) -> None:
    """Look until a page is full or nothing is left, in as many batches as that takes."""
    lines, at = 0, 0
    while lines < PAGE:
        batch = code_batch(where, key, text, at, PAGE - lines, LINKS)
        lines += batch.lines
        if batch.next is None:
            break
        at = batch.next


def _questions(draw: random.Random, view: View) -> Iterator[tuple[Query, str]]:
    """Yield questions as readers ask them: names, pieces of lines, expressions around names."""
    blobs = sorted(where for where, paths in view.paths.items() if paths[0].endswith(".go"))
    made = 0
    while made < QUESTIONS:
        segment, blob = draw.choice(blobs)
        lines = view.segments[segment].blob(blob).decode("utf-8", "replace").splitlines()
        words = draw.choice(lines or [""]).split()
        word = "".join(c for c in draw.choice(words or [""]) if c.isalnum() or c == "_")
        if len(word) < 4:
            continue
        text = (word, " ".join(words[:3]), f"/{draw.choice(EXPRESSIONS).format(word)}/")[made % 3]
        try:
            query = read(text)
        except BadQuery:
            continue
        made += 1
        yield query, text


def _symbols(draw: random.Random, index: Index) -> Iterator[tuple[str, str]]:
    modules = [module.path for module in index.view.snapshot.modules]
    packages = sorted(
        {
            index.importpath_of(path)
            for paths in index.view.paths.values()
            for path in paths
            if path.endswith(".go")
        }
    )
    made = 0
    while made < QUESTIONS:
        importpath = draw.choice(packages)
        found = [one.mark.name for one in index.package(importpath) if not one.is_test]
        if found and any(importpath.startswith(path) for path in modules):
            made += 1
            yield importpath, draw.choice(found)


def _repository(root: Path, view: View) -> Path:
    for (segment, blob), paths in view.paths.items():
        for path in paths:
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(view.segments[segment].blob(blob))
    git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "tree"]):
        subprocess.run([*git, *words], cwd=root, check=True, capture_output=True)
    return root


def _git_grep(tree: Path, query: Query) -> None:
    flags = ["-n", "-I", *([] if query.is_exact else ["-i"]), "-P" if query.is_regex else "-F"]
    command = ["git", "grep", *flags, "-e", query.text]
    subprocess.run(command, cwd=tree, check=False, stdout=subprocess.DEVNULL)


def _timed(work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> float:
    begun = time.perf_counter()
    work(*args, **kwargs)
    return time.perf_counter() - begun


def _at(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]
