"""`python -m tests.bench.importing FOLDER`: imports what is asked for there, and prints what it cost.

The processes that read files begin with this module, where those of `portolan source add` begin with
`portal.__main__`: like that one, it imports little before it is asked to.
"""

import json
import resource
import sys
import time
from pathlib import Path


def main(root: Path) -> None:
    """Import the version of `asked.json` into the index beside it."""
    from portal.source.intake import Step, take_in
    from portal.source.moduleset import compose
    from portal.source.view import Collection
    from tests.support import source

    project, version = json.loads((root / "asked.json").read_text())
    shelf = source.listed()
    listed = [one for one in shelf.snapshots if (one.project, one.version) == (project, version)]
    snapshot = listed[0] if listed else compose(project, version, shelf).snapshot
    cache = source.bring(snapshot.modules)
    costs: dict[str, float] = {}
    spent = _spent()
    begun = time.perf_counter()

    def say(step: Step) -> None:
        if step.phase == "code" and "text" not in costs:
            costs["text"] = _spent() - spent
            costs["text_s"] = time.perf_counter() - begun

    take_in(snapshot, cache, Collection(root / "index"), say)
    costs["cpu"] = _spent() - spent
    costs["s"] = time.perf_counter() - begun
    print(json.dumps(costs))


def _spent() -> float:
    total = 0.0
    for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(whose)
        total += usage.ru_utime + usage.ru_stime
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1]))
