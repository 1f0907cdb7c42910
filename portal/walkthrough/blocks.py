"""The blocks that this app fills in: code, claim; evidence, trace and tape while nobody else does."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.template.loader import render_to_string
from django.utils.html import escape

from portal.source.errors import NoSuchFile, NoSuchSymbol, NotImported, SourceError
from portal.walkthrough import anchors, claims, shelfmark
from portal.walkthrough.anchors import Anchor, AnchorError
from portal.walkthrough.escaped import escaped
from portal.walkthrough.excerpt import Grade, NoSuchStatement, Place, find
from portal.walkthrough.pane import Pane, PaneError, PaneSpec, Row, lines_of, make_pane, parse_pane
from portal.walkthrough.press import PRESS
from portal.walkthrough.render import Block, BlockKind, Reader, register
from portal.walkthrough.stock import Where, stock
from portal.walkthrough.tape import TapeError, read_tape


@dataclass(frozen=True, slots=True)
class CodeView:
    """A code pane, or why there is none."""

    spec: PaneSpec
    section: str
    id: str
    """Unlike that of any other pane of the page."""
    symbol_href: str
    version: str
    pane: Pane | None = None
    rows: tuple[Row, ...] = ()
    source_href: str = ""
    last_line: int = 0
    notes: tuple[int, ...] = ()
    """Numbers that prose refers to and that no line carries."""
    command: str = ""
    """What brings the source here; empty unless it is not imported."""
    near: tuple[str, ...] = ()
    """Names most like one that is gone."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A claim and what the source says of it."""

    sentence: str
    """HTML, sanitised."""
    state: str
    """tested, broken, lacking or unknown."""
    version: str
    path: str = ""
    line: int = 0
    href: str = ""
    command: str = ""
    lacks: str = ""
    """What the version does not have, where it is lacking."""

    @property
    def file(self) -> str:
        """The file's name; its whole path is `path`."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """A live block of which nothing live can be said."""

    kind: str
    sentence: str
    """HTML, sanitised."""


def register_blocks() -> None:
    """Fill every block that there is from now on; others may replace some."""
    register(BlockKind("code", make_code, check_code, is_beside=True))
    register(BlockKind("claim", make_claim, check_claim))
    register(BlockKind("evidence", make_evidence, check_evidence))
    register(BlockKind("trace", make_trace, check_evidence))
    register(BlockKind("tape", make_tape, check_tape))


async def make_code(block: Block, reader: Reader) -> str:
    """Return a code pane; a page without source keeps the pane and says what to do."""
    spec = parse_pane(block.info, block.body)
    anchor, links = spec.anchor, reader.links
    numbers = tuple(number for number, _ in spec.notes)
    common = {
        "spec": spec,
        "section": reader.section,
        "id": f"{reader.section}-{block.line}",
        "symbol_href": links.symbol(anchor.importpath, anchor.name),
        "version": reader.key.partition("@")[2],
    }
    try:
        pane = await PRESS.keep(
            make_pane, reader.where, reader.key, reader.verified_at, spec, links
        )
    except NotImported as absent:
        view = CodeView(**common, notes=numbers, command=absent.command)  # type: ignore[arg-type]
    except NoSuchSymbol as gone:
        view = CodeView(**common, notes=numbers, near=gone.near)  # type: ignore[arg-type]
    except NoSuchFile:
        view = CodeView(**common, notes=numbers)  # type: ignore[arg-type]
    except SourceError as trouble:
        view = CodeView(**common, notes=numbers, problem=str(trouble))  # type: ignore[arg-type]
    else:
        view = CodeView(
            **common,  # type: ignore[arg-type]
            pane=pane,
            rows=tuple(replace(row, html=escaped(row.html)) for row in pane.rows),
            source_href=links.source(pane.key, pane.path),
            last_line=max(row.number for row in pane.rows),
            notes=pane.lost_notes,
        )
    return render_to_string("walkthrough/_code.html", {"code": view})


def check_code(block: Block, where: Where) -> Iterable[str]:
    """Yield what is wrong with a code block; what is not imported is taken on trust."""
    try:
        spec = parse_pane(block.info, block.body)
    except (AnchorError, PaneError) as error:
        yield str(error)
        return
    anchor = spec.anchor
    place, problem = _placed(where, anchor)
    if problem:
        yield problem
    if place is None:
        return
    for name in dict.fromkeys(
        [*(end for show in spec.shows for end in show), *(name for _, name in spec.notes)]
    ):
        try:
            lines_of(place, name)
        except NoSuchStatement as error:
            yield f"{anchor}: {error}"


async def make_claim(block: Block, reader: Reader) -> str:
    """Return a claim, tested on the version that the page shows."""
    version = reader.key.partition("@")[2]
    sentence = escaped(block.html)
    try:
        verdict = await PRESS.keep(claims.judge, reader.where, reader.key, block.info)
    except NotImported as absent:
        view = ClaimView(sentence, "unknown", version, command=absent.command)
    except (NoSuchFile, NoSuchSymbol):
        lacks = claims.parse_claim(block.info).anchor.name
        view = ClaimView(sentence, "lacking", version, lacks=lacks)
    except SourceError:
        view = ClaimView(sentence, "broken", version)
    else:
        line = verdict.lines[0] if verdict.lines else 0
        view = ClaimView(
            sentence,
            "tested" if verdict.holds else "lacking" if verdict.lacks else "broken",
            version,
            path=verdict.path,
            line=line,
            href=reader.links.source(reader.key, verdict.path, line),
            lacks=verdict.lacks,
        )
    return render_to_string("walkthrough/_claim.html", {"claim": view})


def check_claim(block: Block, where: Where) -> Iterable[str]:
    """Yield what is wrong with a claim block; one that does not hold is."""
    try:
        claim = claims.parse_claim(block.info)
    except (AnchorError, claims.ClaimError) as error:
        yield str(error)
        return
    if not block.body.strip():
        yield f"claim {block.info} has no sentence"
    if problem := resolves(where, str(claim.anchor)):
        yield problem
        return
    store = stock(where)
    held = store.shelf.holder(claim.anchor.importpath)
    if held is None:
        return  # reported with the anchor
    try:
        verdict = claims.judge(where, held[0].key, block.info)
    except NotImported:
        return
    if not verdict.holds:
        yield f"claim {block.info}: {verdict.reason}"


async def make_evidence(block: Block, _reader: Reader) -> str:
    """Return the block as it stands while no cluster is connected."""
    options = evidence_options(block)
    view = EvidenceView(options.get("kind", ""), escaped(block.html))
    return render_to_string("walkthrough/_evidence.html", {"evidence": view})


async def make_trace(block: Block, _reader: Reader) -> str:
    """Return the block as it stands where nothing replays a reflector."""
    options = evidence_options(block)
    view = EvidenceView(options.get("kind", ""), escaped(block.html))
    return render_to_string("walkthrough/_trace.html", {"trace": view})


def check_evidence(block: Block, _where: Where) -> Iterable[str]:
    """Yield what is wrong with a live block."""
    if not evidence_options(block).get("kind"):
        yield f"write ```{block.name} kind=KIND```, such as kind=pods.v1"


async def make_tape(block: Block, reader: Reader) -> str:
    """Return what a tape is of, where nothing knows its steps."""
    tape = read_tape(shelfmark.tapes(), tape_options(block)[0])
    view = EvidenceView(tape.kind, escape(tape.cause[reader.language]))
    return render_to_string("walkthrough/_trace.html", {"trace": view})


def check_tape(block: Block, _where: Where) -> Iterable[str]:
    """Yield what is wrong with a tape block, or with the file of its tape."""
    name, _ = tape_options(block)
    if not name or block.body.strip():
        yield "write ```tape fault=NAME``` or ```tape fault=NAME open```, and nothing in it"
        return
    try:
        read_tape(shelfmark.tapes(), name)
    except TapeError as error:
        yield str(error)


def tape_options(block: Block) -> tuple[str, bool]:
    """Return the name of a block's tape, "" where it has none, and whether it lies open."""
    return evidence_options(block).get("fault", ""), "open" in block.info.split()


def evidence_options(block: Block) -> dict[str, str]:
    """Return the `name=value` words of a block's first line."""
    return {name: value for word in block.info.split() for name, _, value in [word.partition("=")]}


def resolves(where: Where, text: str) -> str:
    """Return what is wrong with an anchor outside a pane; empty: nothing, or not imported."""
    try:
        return _placed(where, anchors.parse(text))[1]
    except AnchorError as error:
        return str(error)


def _placed(where: Where, anchor: Anchor) -> tuple[Place | None, str]:
    """Return what an anchor names in the newest snapshot, and what is wrong with the anchor."""
    store = stock(where)
    held = store.shelf.holder(anchor.importpath)
    if held is None:
        return None, f"{anchor}: no snapshot in content/snapshots.toml holds this package"
    problem = ""
    if not anchor.digest:
        problem = f"{anchor} has no ~D8: `portolan anchor {anchor.symbol}` prints it"
    try:
        place = find(store.packages, store.tree(held[0].key), anchor)
    except NotImported:
        return None, problem
    except SourceError as error:
        return None, f"{anchor}: {error}"
    if place.grade is not Grade.SAME:
        problem = f"{anchor}: the symbol's digest is {place.symbol.digest[:8]} now"
    return place, problem
