"""Link a row that has no link, with the task that exists for it or with a new one.

A task is the row's when the row's task_id names it, else when it has the row's lead id, else when it is the only one
with the same value in the field that the configuration declares unique. Where several fit, none is made: the row is
refused and the reason lists them.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import delete

from bridge import tracker
from bridge.core.mapping import SheetMapping
from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.text import likeness, same_text
from bridge.core.values import Fields, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import note_life
from bridge.store.misdirected_history import note_new_row_hit
from bridge.store.models import Link, Rule, UnlinkedRow
from bridge.sync.context import KnownLinks, SyncContext
from bridge.sync.merge_row import acceptable, merge_linked, note_unread_cells, remember, sentences
from bridge.sync.misdirected.rows import is_telltale
from bridge.tracker import Task, task_arguments


def link_row(context: SyncContext, known: KnownLinks, row: Row, lead_id: str) -> RowOutcome:
    """Link the row; its outcome says with what."""
    values, unread = acceptable(row, context.sheet.mapping, {})
    reasons = sentences(unread)
    if (held := context.sheet.mapping.held.get("name")) is not None:
        return RowOutcome(row.number, lead_id, Outcome.REFUSED, reasons=(_waits(row, held),))
    if "name" in unread and row.values.get("name") is not None:
        values["name"] = _shortened(context.sheet.mapping, str(row.values["name"]))
    if values.get("name") is None:
        why = reasons or (f"row {row.number} has no name yet: its task is made as soon as it has one",)
        return RowOutcome(row.number, lead_id, Outcome.REFUSED if reasons else Outcome.UNCHANGED, reasons=why)
    if (other := _renamed(context, known, row)) is not None:
        return _take_id(context, known, row, other)
    found = _candidates(context, known, row)
    if len(found) > 1:
        return RowOutcome(row.number, lead_id, Outcome.REFUSED, reasons=(_ambiguous(row, found),))
    if not found and (waits := _unmatched(context, row)):
        return RowOutcome(row.number, lead_id, Outcome.REFUSED, reasons=(waits,))
    return _adopt(context, known, row, found[0]) if found else _create(context, known, row, values, unread)


def _unmatched(context: SyncContext, row: Row) -> str:
    """Why it cannot be told yet whether a task matches the row: its column is held, or not read; empty when it can."""
    match = context.sheet.match
    if not match or match in row.values or match in row.refused:
        return ""
    if (held := context.sheet.mapping.held.get(match)) is not None:
        return _waits(row, held)
    if not context.reading.is_delivery:
        return ""
    ask_for_sweep(context.session, context.sheet.key, context.by.at)
    return f"row {row.number} gets its task as soon as the bridge has looked at the column of {match}"


def _waits(row: Row, why: str) -> str:
    return f"row {row.number} gets its task later: {why}"


def _shortened(mapping: SheetMapping, name: str) -> str:
    """As much of a name as a task's title keeps: a lead has its task, whatever its name."""
    longest = mapping.longest("name")
    return name if longest is None or len(name) <= longest else name[: longest - 1] + "…"


def _renamed(context: SyncContext, known: KnownLinks, row: Row) -> Link | None:
    """The link of the lead whose id a person seems to have edited: named by the row's task_id, else last seen here. Not
    one whose row was never sent: then a second bridge, or another sheet, has numbered its tasks alike.
    """
    named = row.named_task
    link = known.named_links.get(named) if named is not None else known.neighbours.get(row.number)
    if link is None or link.sheet != context.sheet.key or link.lead_id in known.seen:
        return None
    if link.row_pending and link.append_tried_at is None:
        return None
    same = named is not None or same_text(link.base.get("name"), row.values.get("name"))
    there = context.reading.ids is not None and link.lead_id in context.reading.ids
    return link if same and not there else None


def _take_id(context: SyncContext, known: KnownLinks, row: Row, link: Link) -> RowOutcome:
    """Give the lead its new id. Only a reading of the whole sheet shows that the old id is gone: until then the row may
    be a copy.
    """
    task = known.named_tasks.get(link.task_id) or tracker.task_of(context.session, link)
    if context.reading.ids is None:
        ask_for_sweep(context.session, link.sheet, context.by.at)
        return RowOutcome(row.number, row.lead_id, Outcome.UNCHANGED, task.id)
    old, link.lead_id, link.row = link.lead_id, row.lead_id or "", row.number
    link.gone_at = None
    note_life(context.session, link, "id", old, row.lead_id, context.by, Rule.ID_EDITED)
    tracker.change(context.session, task, {"lead_id": row.lead_id}, actor=context.by.actor)
    if link.archived_at is not None:
        tracker.restore(context.session, task, actor=context.by.actor)
        link.archived_at = None
    known.links[link.lead_id], known.tasks[task.id] = link, task
    outcome = merge_linked(context, row, link, task, {})
    reasons = (f"id {old} became {row.lead_id}", *outcome.reasons)
    return RowOutcome(row.number, row.lead_id, Outcome.TASK_LINKED, task.id, reasons)


def _candidates(context: SyncContext, known: KnownLinks, row: Row) -> Sequence[Task]:
    task = known.named_tasks.get(row.named_task or 0)
    if task is not None and _is_free(known, task) and task.lead_id in {None, row.lead_id}:
        return [task]
    with_id = [task for task in known.free.get(row.lead_id or "", ()) if _is_free(known, task)]
    if with_id or not context.sheet.match:
        return with_id
    value = likeness(row.values.get(context.sheet.match))
    alike = [task for task in known.alike.get(value, ()) if _is_free(known, task)]
    return alike * max(1, context.reading.namesakes.get(value, 1))  # rows that share the value are candidates too


def _is_free(known: KnownLinks, task: Task) -> bool:
    return task.archived_at is None and task.id not in known.named_links and task.id not in known.tasks


def _ambiguous(row: Row, found: Sequence[Task]) -> str:
    ids = ", ".join(dict.fromkeys(str(task.id) for task in found[:10]))
    return f"row {row.number} may be task {ids}, but that is not sure: write the right number into its task_id cell"


def _create(context: SyncContext, known: KnownLinks, row: Row, values: Fields, unread: dict[str, str]) -> RowOutcome:
    said = {name: value for name, value in values.items() if name not in {"task_id", "sync"}}
    said |= _not_its_own(context, known, row, values)
    arguments = task_arguments(context.sheet.mapping.new_task(said))
    task = tracker.create(context.session, actor=context.by.actor, lead_id=row.lead_id, **arguments)
    link = _link(context, known, row, task, values)
    note_unread_cells(context, row, link, unread)
    remember(link, context.sheet.mapping)
    note_life(context.session, link, "task", None, "created", context.by, Rule.ROW_NEW)
    for name, value in _hit(known, row, values).items():
        note_new_row_hit(context.session, link, name, value, context.by)
    mark_pending(context.session, link, context.by.at)
    reasons = sentences(unread)
    if (named := row.named_task) is not None:
        reasons = (*reasons, f"task_id {named} is not this lead's task; its task is {task.id}")
    return RowOutcome(row.number, row.lead_id, Outcome.TASK_CREATED, task.id, reasons)


def _hit(known: KnownLinks, row: Row, values: Fields) -> dict[str, Value]:
    """Cells of the new row that show a write of ours which went there before the row had a link."""
    here = [write for write in known.missing if write.stood_there == row.lead_id]
    return {write.field: write.value for write in here if values.get(write.field, ...) == write.value}


def _not_its_own(context: SyncContext, known: KnownLinks, row: Row, values: Fields) -> dict[str, Value]:
    """Values that a misdirected write left in the row before a person filled it: the task starts without them, and the
    sheet's cells are emptied.
    """
    left = [write for write in known.missing if is_telltale(write)]
    found = {write.field for write in left if values.get(write.field) == write.value is not None}
    return dict.fromkeys(found - {"name", "task_id", "sync", *context.reading.event_fields.get(row.number, ())})


def _adopt(context: SyncContext, known: KnownLinks, row: Row, task: Task) -> RowOutcome:
    """Link a task that exists, then merge with an empty base, so that neither side's text is lost."""
    link = _link(context, known, row, task, {"name": row.values["name"]})
    if task.lead_id != row.lead_id:
        tracker.change(context.session, task, {"lead_id": row.lead_id}, actor=context.by.actor)
    note_life(context.session, link, "task", None, "linked", context.by, Rule.ROW_FOUND)
    outcome = merge_linked(context, row, link, task, {})
    return replace(outcome, outcome=Outcome.TASK_LINKED)


def _link(context: SyncContext, known: KnownLinks, row: Row, task: Task, base: Fields) -> Link:
    link = Link(
        sheet=context.sheet.key, lead_id=row.lead_id, task_id=task.id, base=dict(base), row=row.number,
        seq=context.reading.seq, agreed_at=context.reading.began, next_try=context.by.at, in_flight_writes=[],
    )  # fmt: skip
    context.session.add(link)
    context.session.flush()
    mended = UnlinkedRow.sheet == link.sheet, UnlinkedRow.row == row.number
    context.session.execute(delete(UnlinkedRow).where(*mended))
    known.links[link.lead_id], known.tasks[task.id] = link, task
    return link
