"""Rows read from the sheet, by a delivery or a sweep: find each row's link, merge, apply to the task.

Inside the caller's transaction; no network. A row that cannot be taken stops no other; each gets one `RowOutcome`.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bridge import tracker
from bridge.core.clock import is_newer
from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.text import same_text
from bridge.core.values import Row
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import SWEEP_SOON, ask_for_sweep
from bridge.store.history import note_life, note_unread
from bridge.store.models import Link, Rule
from bridge.sync.context import KnownLinks, Reading, SyncContext
from bridge.sync.edits.events import check_event
from bridge.sync.links.duplicate_ids import same_id
from bridge.sync.links.link_row import link_row
from bridge.sync.load import load
from bridge.sync.merge_row import BRIDGE_FIELDS, merge_linked, needs_write
from bridge.sync.misdirected.ids import may_be_ours
from bridge.tracker import Task

NONE_SEEN: Mapping[str, int] = MappingProxyType({})


def ingest_rows(context: SyncContext, seen: Mapping[str, int] = NONE_SEEN) -> list[RowOutcome]:
    """Merge every row that is not blank; returns their outcomes in order. ``seen``: lead id → its row, of rows of the
    same reading that were taken before.
    """
    if context.reading.edited and not _shows_its_word(context.reading):
        context = check_event(context)
    rows = [row for row in context.reading.rows if not row.blank]
    known = load(context, rows)
    known.seen.update(seen)
    return [_take_row(context, known, row) for row in rows]


def _shows_its_word(reading: Reading) -> bool:
    """True for the edit of one cell that shows the very word which was typed."""
    return bool(reading.typed) and reading.rows[0].values.get(reading.edited[0]) == reading.typed


def _take_row(context: SyncContext, known: KnownLinks, row: Row) -> RowOutcome:
    if row.fault is not None:
        raise row.fault
    if row.lead_id is None:
        return RowOutcome(row.number, None, Outcome.REFUSED, reasons=(_without_id(context, known, row),))
    if why := _refusal(context, row.lead_id, row.number, known):
        return RowOutcome(row.number, row.lead_id, Outcome.REFUSED, reasons=(why,))
    link = known.links.get(row.lead_id)
    doubtful = context.reading.is_delivery and known.missing
    if doubtful and may_be_ours(row, None if link is None else link.row, known.missing):
        ask_for_sweep(context.session, context.sheet.key, context.by.at)
        why = (
            f"the id cell of row {row.number} may show what the bridge wrote while columns moved: it is looked at again"
        )
        return RowOutcome(row.number, row.lead_id, Outcome.REFUSED, reasons=(why,))
    known.seen[row.lead_id] = row.number
    return link_row(context, known, row, row.lead_id) if link is None else _take_linked(context, known, row, link)


def _without_id(context: SyncContext, known: KnownLinks, row: Row) -> str:
    link = known.named_links.get(row.named_task or 0)
    if link is not None and link.sheet == context.sheet.key:
        return f"row {row.number} has lost its id, which was {link.lead_id}: put it back, or delete the row"
    return row.refused.get("id", f"row {row.number} has no id: give it one no other row has")


def _refusal(context: SyncContext, lead_id: str, number: int, known: KnownLinks) -> str:
    """Why a row with this id cannot be taken; empty when it can."""
    longest = context.sheet.mapping.longest("id")
    if longest is not None and len(lead_id) > longest:
        return f"the id of row {number} is longer than {longest} characters: give it a shorter one"
    link = known.links.get(lead_id)
    other = known.seen.get(lead_id) or (link.row if link and number in link.duplicate_rows else None)
    return same_id(number, lead_id, other, assign_ids=context.sheet.assign_ids) if other else ""


def _take_linked(context: SyncContext, known: KnownLinks, row: Row, link: Link) -> RowOutcome:
    reading, task = context.reading, known.tasks[link.task_id]
    if reading.is_delivery and reading.seq < link.seq:
        return RowOutcome(row.number, row.lead_id, Outcome.STALE, task.id, ("a newer edit of this row arrived first",))
    if not reading.is_delivery and is_newer(link.agreed_at, reading.began, context.by.at):
        return RowOutcome(row.number, row.lead_id, Outcome.UNCHANGED, task.id)
    if link.gone_at is None and link.row not in {None, row.number} and "id" in reading.edited:
        return _perhaps_copied(context, row, link)
    if reading.is_delivery and link.row != row.number:
        ask_for_sweep(context.session, link.sheet, context.by.at + SWEEP_SOON)
    link.row, link.seq, link.row_pending = row.number, reading.seq or link.seq, False
    back = _come_back(context, link, task)
    if task.archived_at is not None:
        return _archived(context, row, link, task)
    outcome = merge_linked(context, row, link, task, known.replaced.get(link.id, {}))
    return replace(outcome, outcome=Outcome.TASK_RESTORED) if back else outcome


def _perhaps_copied(context: SyncContext, row: Row, link: Link) -> RowOutcome:
    """A person has put this id into another row: only a sweep shows whether the lead moved."""
    ask_for_sweep(context.session, link.sheet, context.by.at)
    if same_text(row.values.get("name"), link.base.get("name")):
        return RowOutcome(row.number, row.lead_id, Outcome.UNCHANGED, link.task_id)
    why = f"id {row.lead_id} belongs to the lead in row {link.row}: give row {row.number} an id of its own"
    return RowOutcome(row.number, row.lead_id, Outcome.REFUSED, link.task_id, (why,))


def _come_back(context: SyncContext, link: Link, task: Task) -> bool:
    """Remove the tombstone; True when the task was archived for it and is restored."""
    if link.gone_at is None:
        return False
    archived, link.gone_at, link.archived_at, link.failed_at = link.archived_at, None, None, None
    if archived is None or task.archived_at is None:
        return False
    tracker.restore(context.session, task, actor=context.by.actor)
    note_life(context.session, link, "archived", True, False, context.by, Rule.ROW_BACK)
    return True


def _archived(context: SyncContext, row: Row, link: Link, task: Task) -> RowOutcome:
    """The row of an archived task changes nothing; only its sync cell is kept up to date."""
    shown = {name: value for name, value in row.values.items() if name == "sync"}
    if shown and link.base.get("sync", ...) != shown["sync"]:
        link.base = link.base | shown
    if needs_write(task, link, context.sheet.mapping):
        mark_pending(context.session, link, context.by.at)
    if not context.reading.is_delivery and all(link.base.get(name) == value for name, value in row.values.items()):
        return RowOutcome(row.number, row.lead_id, Outcome.UNCHANGED, task.id)
    why = f"task {task.id} is archived, so the row no longer changes it: PATCH archived=false to bring it back"
    for name in set(context.reading.event_fields.get(row.number, ())) & row.cells.keys() - BRIDGE_FIELDS:
        said = row.values[name] if name in row.values else row.cells[name].shown[:1000]
        if name in row.refused or link.base.get(name) != said:
            note_unread(context.session, link, name, said, context.by, why)
    return RowOutcome(row.number, row.lead_id, Outcome.REFUSED, task.id, (why,))
