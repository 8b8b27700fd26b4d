"""A row without a link: give it the task that was waiting for it, or a new one; never a second one.

A task is a row's own when the row's task_id names it, else when it bears the row's lead id, else when it alone says
the same in the field that the configuration declares unique. Where several could be meant nothing is made: the row is
refused and the reason lists them.
"""

from collections.abc import Sequence

from bridge.core.outcome import Outcome
from bridge.core.reconcile import likeness
from bridge.core.values import Fields, Row, Value
from bridge.queue.pending import mark_pending
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.history import note_fallen_on, note_life
from bridge.store.models import Link
from bridge.sync.context import Batch, Known
from bridge.sync.load import claimed_task
from bridge.sync.merge_row import acceptable, remember, take_note_of_unread, update
from bridge.sync.misdirected_writes import telling
from bridge.tracker import task_arguments
from task_api import tasks
from task_api.models import Task


def newcomer(batch: Batch, known: Known, row: Row, lead_id: str) -> Outcome:
    """Link the row; its outcome says with what."""
    values, unread = acceptable(row)
    reasons = tuple(f"{name}: {why}" for name, why in unread.items())
    if values.get("name") is None:
        why = reasons or (f"row {row.number} has no name yet: its task is made as soon as it has one",)
        return Outcome(row.number, lead_id, "refused" if reasons else "unchanged", reasons=why)
    if (other := _renamed(batch, known, row)) is not None:
        return _take_id(batch, known, row, other)
    found = _candidates(batch, known, row)
    if len(found) > 1:
        return Outcome(row.number, lead_id, "refused", reasons=(_ambiguous(row, found),))
    return _adopt(batch, known, row, found[0]) if found else _create(batch, known, row, values, reasons)


def _renamed(batch: Batch, known: Known, row: Row) -> Link | None:
    """The link of the lead that this row seems to be under another id: named by its task_id, else last seen here."""
    claim = claimed_task(row)
    link = known.claimants.get(claim) if claim is not None else known.neighbours.get(row.number)
    if link is None or link.sheet != batch.sheet.key or link.lead_id in known.seen:
        return None
    same = claim is not None or link.base.get("name") == row.values.get("name")
    there = batch.reading.ids is not None and link.lead_id in batch.reading.ids
    return link if same and not there else None


def _take_id(batch: Batch, known: Known, row: Row, link: Link) -> Outcome:
    """A person gave a lead another id. Only a look at the whole sheet shows that the old id is gone: until then the
    row may be a copy.
    """
    task = known.claimed.get(link.task_id) or batch.session.get_one(Task, link.task_id)
    if batch.reading.ids is None:
        ask_for_sweep(batch.session, link.sheet, batch.now)
        return Outcome(row.number, row.lead_id, "unchanged", task.id)
    old, link.lead_id, link.row = link.lead_id, row.lead_id or "", row.number
    link.gone_at = None
    note_life(batch.session, link, "id", old, row.lead_id, batch.by, "the id was edited")
    tasks.change(batch.session, task, {"lead_id": row.lead_id}, actor=batch.reading.actor)
    if link.archived_at is not None:
        tasks.restore(batch.session, task, actor=batch.reading.actor)
        link.archived_at = None
    known.links[link.lead_id], known.tasks[task.id] = link, task
    told = update(batch, row, link, task, {})
    return Outcome(row.number, row.lead_id, "task_linked", task.id, (f"id {old} became {row.lead_id}", *told.reasons))


def _candidates(batch: Batch, known: Known, row: Row) -> Sequence[Task]:
    task = known.claimed.get(claimed_task(row) or 0)
    if task is not None and _is_free(known, task) and task.lead_id in {None, row.lead_id}:
        return [task]
    bearing = [task for task in known.free.get(row.lead_id or "", ()) if _is_free(known, task)]
    if bearing or not batch.sheet.match:
        return bearing
    value = likeness(row.values.get(batch.sheet.match))
    alike = [task for task in known.alike.get(value, ()) if _is_free(known, task)]
    return alike * max(1, batch.reading.namesakes.get(value, 1))  # rows that share the value are candidates too


def _is_free(known: Known, task: Task) -> bool:
    return task.archived_at is None and task.id not in known.claimants and task.id not in known.tasks


def _ambiguous(row: Row, found: Sequence[Task]) -> str:
    ids = ", ".join(dict.fromkeys(str(task.id) for task in found[:10]))
    return f"row {row.number} may be task {ids}, but that is not sure: write the right number into its task_id cell"


def _create(batch: Batch, known: Known, row: Row, values: Fields, reasons: tuple[str, ...]) -> Outcome:
    said = {name: value for name, value in values.items() if name not in {"task_id", "sync"}}
    said |= _litter(batch, known, values)
    fields = {"status": None, "notes": None} | said
    arguments = task_arguments(batch.sheet.mapping.task_changes(fields))
    task = tasks.create(batch.session, actor=batch.reading.actor, lead_id=row.lead_id, **arguments)
    link = _link(batch, known, row, task, values)
    take_note_of_unread(batch, row, link, acceptable(row)[1])
    remember(link, batch.sheet.mapping)
    note_life(batch.session, link, "task", None, "created", batch.by, "a new row")
    for name, value in _fallen_on(known, row, values).items():
        note_fallen_on(batch.session, link, name, value, batch.by)
    mark_pending(batch.session, link, batch.now)
    if (claim := claimed_task(row)) is not None:
        reasons = (*reasons, f"task_id {claim} is not this lead's task; its task is {task.id}")
    return Outcome(row.number, row.lead_id, "task_created", task.id, reasons)


def _fallen_on(known: Known, row: Row, values: Fields) -> dict[str, Value]:
    """Cells of the new row into which a write of ours went before anybody knew it."""
    here = [entry for entry in known.at_large if entry.get("stood") == row.lead_id]
    return {entry["field"]: entry["value"] for entry in here if values.get(entry["field"], ...) == entry["value"]}


def _litter(batch: Batch, known: Known, values: Fields) -> dict[str, Value]:
    """What a stray write of ours left in the row before anybody filled it: not the new lead's, so the task starts
    without it and the sheet is told so.
    """
    left = [entry for entry in known.at_large if telling(entry)]
    found = {entry["field"] for entry in left if values.get(entry["field"]) == entry["value"] is not None}
    return dict.fromkeys(found - {"name", "task_id", "sync", *batch.reading.edited})


def _adopt(batch: Batch, known: Known, row: Row, task: Task) -> Outcome:
    """A task that waited for this row: linked, then merged with an empty base, so that neither side's text is lost."""
    link = _link(batch, known, row, task, {"name": row.values["name"]})
    if task.lead_id != row.lead_id:
        tasks.change(batch.session, task, {"lead_id": row.lead_id}, actor=batch.reading.actor)
    note_life(batch.session, link, "task", None, "linked", batch.by, "a task that waited for its row")
    told = update(batch, row, link, task, {})
    return Outcome(row.number, row.lead_id, "task_linked", task.id, told.reasons, told.changes)


def _link(batch: Batch, known: Known, row: Row, task: Task, base: Fields) -> Link:
    link = Link(
        sheet=batch.sheet.key, lead_id=row.lead_id, task_id=task.id, base=dict(base), recall={}, own_writes=[],
        puts={}, unread={}, refused={}, conflicts={}, row=row.number, rivals=[], has_rivals=False, unborn=False,
        seq=batch.reading.seq or 0, agreed_at=batch.reading.began, wanted=0, written=0, attempts=0, next_try=batch.now,
    )  # fmt: skip
    batch.session.add(link)
    batch.session.flush()
    known.links[link.lead_id], known.tasks[task.id] = link, task
    return link
