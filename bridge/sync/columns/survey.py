"""A sweep's look at the columns: agree on those it found, or hold them for a person.

`bridge.core.columns` decides; this reads what all rows say, and stores what was decided.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge import tracker
from bridge.core import columns
from bridge.core.chunks import chunks
from bridge.core.columns import Evidence, Headers
from bridge.core.deletions import allowed
from bridge.core.headers import Place
from bridge.core.mapping import SheetMapping, header_key, header_texts
from bridge.core.reconcile import Comparison, KnownLead, Step, SweepStep
from bridge.core.values import Cell, Fields, Refusal, Row, Value
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store.models import SheetHealth
from bridge.store.unit_of_work import lock_queue
from bridge.sync.columns.agreed import holding, without
from bridge.sync.columns.id_survey import survey_ids
from bridge.sync.known_leads import known_leads
from bridge.sync.misdirected.cells import Misplaced, misplaced
from bridge.sync.sync_cell import is_ours

log = get_logger(__name__)
Places = Mapping[str, Place]


@dataclass(frozen=True)
class Decided:
    """The columns ``after`` a sweep's look at all rows, when they were ``before``; ``headers``: of both."""

    before: Places
    after: Places
    headers: Headers


def decide(session: Session, view: SheetView, compared: Comparison) -> Decided:
    """Look at all rows, where a column is in doubt, which takes long in a large tab. Changes and locks nothing."""
    health = session.get_one(SheetHealth, view.config.key)
    before, now = health.columns or {}, columns.located(view.layout)
    headers = Headers(header_texts(view.snapshot.header), list(health.header or ()))
    ids = _agreed_ids(session, view, now["id"], before.get("id"), headers)
    after = before | {"id": ids} if ids.why else _decided(session, view, compared, before, now, headers) | {"id": ids}
    return Decided(before, after, headers)


def agree(session: Session, view: SheetView, compared: Comparison, decided: Decided) -> SheetView:
    """Agree on the columns that a sweep found, or hold them; returns the view without the held ones. Looks again when
    a person has approved one since.
    """
    health = lock_queue(session, view.config.key).health
    if (health.columns or {}, list(health.header or ())) != (decided.before, decided.headers.before):
        decided = decide(session, view, compared)
    before, after, now = decided.before, decided.after, columns.located(view.layout)
    held = {name: place.why for name, place in after.items() if place.why}
    for name in held:
        if not (name in before and before[name].why):
            log.info("column_held", sheet=view.config.key, field=name, rows=after[name].rows)
    if "id" not in held and "id" in before and before["id"].why:
        pending.try_now(session, view.config.key, view.began)
    health.columns = dict(sorted(after.items()))
    doubted = [name for name in held if name in now and not view.config.mapping.is_to_sheet(name)]
    doubled = view.layout.doubled_since(decided.headers.before)
    waits = any(name in doubled or columns.stays(now[name], before.get(name)) for name in doubted)
    if doubled - held.keys() or not waits:
        health.header = decided.headers.shown
    return holding(view, held) if "id" in held else without(view, held)


def _agreed_ids(session: Session, view: SheetView, now: Place, before: Place | None, headers: Headers) -> Place:
    """The column of the ids, first of all: while it is held, no row tells anything of the others."""
    if not _ids_are_doubtful(headers, now, before):
        return now
    doubled = "id" in view.layout.doubled_since(headers.before)
    return columns.agree("id", now, before, survey_ids(session, view), headers, doubled=doubled)


def _decided(
    session: Session, view: SheetView, compared: Comparison, before: Places, now: Places, headers: Headers
) -> dict[str, Place]:
    seen = _survey(session, view, _doubtful(view, compared, before, now, headers))
    found = {name: _agreed(view, name, place, before.get(name), seen, headers) for name, place in now.items()}
    return columns.absent(before, now, headers) | found


def _ids_are_doubtful(headers: Headers, now: Place, before: Place | None) -> bool:
    changed = [*map(header_key, headers.shown)] != [*map(header_key, headers.before)]
    return (changed or bool(before and before.why)) and not columns.is_approved(now, before)


def steps(view: SheetView) -> list[Step]:
    """The held ones as lines of a plan."""
    return [Step(SweepStep.HELD, None, reasons=(why,)) for why in view.config.mapping.held.values()]


def _doubtful(view: SheetView, compared: Comparison, before: Places, now: Places, headers: Headers) -> list[str]:
    """Fields whose rows must be looked at: many would change, another column has an equal header since, or the cells
    that the bridge fills stand elsewhere.
    """
    unagreed, limit = view.layout.unagreed(before, headers.before), allowed(compared.linked)
    mapping = view.config.mapping
    elsewhere = {name for name in unagreed if mapping.is_to_sheet(name)} | view.layout.doubled_since(headers.before)
    found = [name for name in now if compared.changed[name] > limit or name in elsewhere]
    return [name for name in found if not columns.is_approved(now[name], before.get(name))]


def _agreed(
    view: SheetView, name: str, now: Place, before: Place | None, seen: Mapping[str, Evidence], headers: Headers
) -> Place:
    if name not in seen:
        return now
    if view.config.mapping.is_to_sheet(name):
        return columns.agree_to_sheet(name, now, before, seen[name])
    doubled = name in view.layout.doubled_since(headers.before)
    return columns.agree(name, now, before, seen[name], headers, doubled=doubled)


def _survey(session: Session, view: SheetView, names: Collection[str]) -> dict[str, Evidence]:
    """What every row says of these fields' columns; a cell that may show a misdirected write says nothing."""
    mapping, seen = view.config.mapping, {name: Evidence() for name in names}
    strays = misplaced(session, view.config.key) if seen else Misplaced(())
    others = [at for at, text in enumerate(header_texts(view.snapshot.header)) if text]
    for row, cells, link, named in _rows(session, view) if seen else ():
        for name, one in seen.items():
            if strays.shown(row.cells.get(name), link.link_id if link else None):
                continue
            if mapping.is_to_sheet(name):
                _note_to_sheet(one, name, row, link, named=named)
            elif link is not None:
                _note_filled(one, mapping, name, row, link, cells, others)
    return seen


def _rows(session: Session, view: SheetView) -> Iterator[tuple[Row, Sequence[Cell], KnownLead | None, bool]]:
    """Every row, also a blank one, its cells, what is known of its lead, and whether its task_id names a task."""
    numbers = view.snapshot.numbers
    for part in chunks(numbers):
        found = [(number, view.snapshot.cells(number)) for number in part]
        rows = [view.row_of(number, cells) for number, cells in found]
        known = known_leads(session, view.config, [row.lead_id for row in rows if row.lead_id])
        tasks = tracker.existing(session, {number for row in rows if (number := row.named_task) is not None})
        yield from (
            (row, cells, known.get(row.lead_id or ""), row.named_task in tasks)
            for row, (_, cells) in zip(rows, found, strict=True)
        )


def _note_to_sheet(one: Evidence, name: str, row: Row, link: KnownLead | None, *, named: bool) -> None:
    """A cell that the bridge fills: empty, with what it writes there, or with something else."""
    base: Fields = link.base if link else {}
    said = {base.get(name), link.said.get(name)} if link else set()
    one.known += name in base
    if name in row.values and row.values[name] is None:
        return
    shown = row.values.get(name, row.refused.get(name))
    ours = shown in said or (name == "sync" and is_ours(shown)) or (name == "task_id" and link is None and named)
    one.kept += ours
    one.foreign += not ours


def _note_filled(
    one: Evidence,
    mapping: SheetMapping,
    name: str,
    row: Row,
    link: KnownLead,
    cells: Sequence[Cell],
    others: list[int],
) -> None:
    """A cell that a person fills: as agreed, or different; then, which other columns show what was agreed."""
    shown, base = row.values.get(name, ...), link.base.get(name)
    if shown == base or (name in link.said and shown == link.said[name]):
        one.kept += 1
        return
    one.changed += 1
    one.emptied += shown is None
    if base is not None:
        one.filled += 1
        one.elsewhere.update(at for at in others if at < len(cells) and _shows(mapping, name, cells[at], base))


def _shows(mapping: SheetMapping, name: str, cell: Cell, value: Value) -> bool:
    try:
        return mapping.read(name, cell) == value
    except Refusal:
        return False
