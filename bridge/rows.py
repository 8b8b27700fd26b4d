"""Take rows read from the sheet: find each row's link, merge, apply to the task. Inside the caller's transaction; no
network.

One path for a delivery from the script and for a sweep: gather links, tasks and recent replacements in a few
statements, decide row by row with `bridge.core.merge`, apply. A bad row never stops a good one; each row gets one
`Outcome`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import own_writes
from bridge.config import SheetConfig
from bridge.core.lead import Fields, Row, Side, Value
from bridge.core.merge import Merge, merge, trust
from bridge.history import By, note_lost_task_value, note_sheet_change, replaced_lately
from bridge.models import Link
from bridge.outbox import SWEEP_SOON, ask_for_sweep, mark_pending
from bridge.tasks import as_lead, differs, task_arguments, task_fields
from task_api import tasks
from task_api.models import Task

LONGEST_ID = 200
LONGEST_NAME = 450


@dataclass(frozen=True)
class Reading:
    """Rows as one read showed them.

    ``began``: when the read began (for a delivery: when it was received). ``seq``: the delivery's number, None for
    reads of our own. ``edited``: fields a person touched in this very event. ``latest``: the side that changed
    last, as far as known.
    """

    rows: Sequence[Row]
    actor: str
    began: datetime
    seq: int | None = None
    edited: Collection[str] = ()
    latest: Side = "sheet"


@dataclass(frozen=True)
class Outcome:
    """What became of one row, with reasons a person understands."""

    row: int
    lead_id: str | None
    outcome: str
    task_id: int | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What the database knows of the leads at hand. ``adoptable``: lead id → a task that waits for its row."""

    links: dict[str, Link]
    tasks: dict[int, Task]
    adoptable: Mapping[str, Task]
    replaced: Mapping[int, Mapping[str, Collection[Value]]]
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Batch:
    """One transaction's work on one reading of one sheet."""

    session: Session
    sheet: SheetConfig
    reading: Reading
    now: datetime

    @property
    def by(self) -> By:
        """What the history says of changes made here."""
        return By(self.reading.actor, self.now)


def take(batch: Batch) -> list[Outcome]:
    """Merge every row that is not blank; returns their outcomes in order."""
    rows = [row for row in batch.reading.rows if not row.blank]
    known = _gather(batch, {row.lead_id for row in rows if row.lead_id})
    return [_take_row(batch, known, row) for row in rows]


def _gather(batch: Batch, lead_ids: Collection[str]) -> Known:
    """Four statements, whatever the number of rows."""
    session = batch.session
    links = list(session.scalars(select(Link).where(Link.sheet == batch.sheet.key, Link.lead_id.in_(lead_ids))))
    known = {link.lead_id: link for link in links}
    found = session.scalars(select(Task).where(Task.id.in_([link.task_id for link in links]))) if links else ()
    missing = [lead_id for lead_id in lead_ids if lead_id not in known]
    linked = select(Link.task_id).where(Link.task_id == Task.id).exists()
    free = select(Task).where(Task.lead_id.in_(missing), Task.archived_at.is_(None), ~linked).order_by(Task.id.desc())
    adoptable = {task.lead_id: task for task in session.scalars(free) if task.lead_id} if missing else {}
    replaced = replaced_lately(session, links, batch.now)
    return Known(known, {task.id: task for task in found}, adoptable, replaced)


def _take_row(batch: Batch, known: Known, row: Row) -> Outcome:
    if row.lead_id is None or (refusal := _refusal(row.lead_id, row.number, known)):
        why = (
            refusal
            if row.lead_id
            else row.refused.get("id", f"row {row.number} has no id: give it one no other row has")
        )
        return Outcome(row.number, row.lead_id, "refused", reasons=(why,))
    known.seen[row.lead_id] = row.number
    link = known.links.get(row.lead_id)
    return _create(batch, known, row, row.lead_id) if link is None else _take_linked(batch, known, row, link)


def _refusal(lead_id: str, number: int, known: Known) -> str:
    """Why a row with this id cannot be taken; empty when it can."""
    if len(lead_id) > LONGEST_ID:
        return f"the id of row {number} is longer than {LONGEST_ID} characters"
    link = known.links.get(lead_id)
    other = known.seen.get(lead_id) or (link.row if link and number in link.rivals else None)
    if other:
        return f"row {number} has the same id {lead_id} as row {other}, which keeps the task: give it an id of its own"
    return ""


def _take_linked(batch: Batch, known: Known, row: Row, link: Link) -> Outcome:
    reading, task = batch.reading, known.tasks[link.task_id]
    if reading.seq is not None and reading.seq < link.seq:
        return Outcome(row.number, row.lead_id, "stale", task.id, ("a newer edit of this row arrived first",))
    if reading.seq is None and link.agreed_at > reading.began:
        return Outcome(row.number, row.lead_id, "unchanged", task.id)
    if _taken_over(reading, row, link):
        ask_for_sweep(batch.session, link.sheet, batch.now)
        why = f"id {row.lead_id} belongs to the lead in row {link.row}: give row {row.number} an id of its own"
        return Outcome(row.number, row.lead_id, "refused", task.id, (why,))
    if reading.seq is not None and link.row != row.number:
        ask_for_sweep(batch.session, link.sheet, batch.now + SWEEP_SOON)
    link.row, link.seq = row.number, reading.seq or link.seq
    if task.archived_at is not None:
        why = f"task {task.id} is archived, so the row no longer changes it: PATCH archived=false to bring it back"
        return Outcome(row.number, row.lead_id, "refused", task.id, (why,))
    return _update(batch, known, row, link)


def _taken_over(reading: Reading, row: Row, link: Link) -> bool:
    """True when a person has just put this id into another row with another name: a sweep sees who has it rightly."""
    moved = link.row not in {None, row.number}
    return moved and "id" in reading.edited and row.values.get("name") != link.base.get("name")


def _create(batch: Batch, known: Known, row: Row, lead_id: str) -> Outcome:
    values, reasons = _acceptable(row)
    if values.get("name") is None:
        why = reasons or (f"row {row.number} has no name yet: its task is made as soon as it has one",)
        return Outcome(row.number, lead_id, "refused" if reasons else "unchanged", reasons=why)
    if task := known.adoptable.get(lead_id) or _named_task(batch.session, row):
        return _adopt(batch, known, row, task)
    fields = {"status": None, "notes": None} | {name: value for name, value in values.items() if name != "task_id"}
    arguments = task_arguments(batch.sheet.mapping.task_changes(fields))
    task = tasks.create(batch.session, actor=batch.reading.actor, lead_id=lead_id, **arguments)
    link = _link(batch, row, task, values)
    remember(link, batch.sheet)
    note_sheet_change(batch.session, link, "task", None, "created", batch.by)
    mark_pending(batch.session, link, batch.now)
    known.links[lead_id], known.tasks[task.id] = link, task
    if (claimed := values.get("task_id")) is not None:
        reasons = (*reasons, f"task_id {claimed} is not this lead's task; its task is {task.id}")
    return Outcome(row.number, lead_id, "task_created", task.id, reasons)


def _adopt(batch: Batch, known: Known, row: Row, task: Task) -> Outcome:
    """A task that waited for this row: linked, then merged with an empty base, so that neither side's text is lost."""
    if task.lead_id is None:
        tasks.change(batch.session, task, {"lead_id": row.lead_id}, actor=batch.reading.actor)
    link = _link(batch, row, task, {"name": row.values["name"]})
    known.links[link.lead_id], known.tasks[task.id] = link, task
    return _update(batch, known, row, link)


def _link(batch: Batch, row: Row, task: Task, base: Fields) -> Link:
    link = Link(
        sheet=batch.sheet.key, lead_id=row.lead_id, task_id=task.id, base=dict(base), recall={}, own_writes=[],
        row=row.number, rivals=[], has_rivals=False, seq=batch.reading.seq or 0, agreed_at=batch.reading.began,
        wanted=0, written=0, attempts=0, next_try=batch.now,
    )  # fmt: skip
    batch.session.add(link)
    batch.session.flush()
    return link


def _named_task(session: Session, row: Row) -> Task | None:
    """The task the row's own task_id names, if it is nobody else's."""
    claimed = str(row.values.get("task_id") or "")
    task = session.get(Task, int(claimed)) if claimed.isdigit() and len(claimed) < 19 else None
    if task is None or task.archived_at is not None or task.lead_id not in {None, row.lead_id}:
        return None
    return None if session.scalars(select(Link.id).where(Link.task_id == task.id)).first() else task


def _update(batch: Batch, known: Known, row: Row, link: Link) -> Outcome:
    values, reasons = _acceptable(row)
    values |= {name: link.base.get(name) for name in (row.values.keys() | row.refused.keys()) - values.keys() - {"id"}}
    own_writes.forget_old(link, batch.now)
    sent = own_writes.values(link)
    base, doubtful = trust(link.base, values, sent, known.replaced.get(link.id, {}), batch.reading.edited)
    certain = {name: value for name, value in values.items() if name not in doubtful}
    task = known.tasks[link.task_id]
    overwritten = any(name in sent and base.get(name) != value for name, value in certain.items())
    merged = merge_row(batch, link, task, base, certain)
    if doubtful or merged.sheet or overwritten or differs(as_lead(task, link, batch.sheet.mapping), link.base):
        mark_pending(batch.session, link, batch.now)
    reasons += tuple(
        f"{c.field}: both sides changed it; the {c.winner}'s value stays, the other is in the history"
        for c in merged.conflicts
    )
    return Outcome(row.number, row.lead_id, _word(merged, reasons), task.id, reasons)


def _word(merged: Merge, reasons: tuple[str, ...]) -> str:
    if merged.conflicts:
        return "conflict"
    if merged.task:
        return "task_updated"
    return "refused" if reasons else "unchanged"


def merge_row(batch: Batch, link: Link, task: Task, base: Fields, values: Fields) -> Merge:
    """Merge one row with its task and apply the task's part; what the sheet must take is returned.

    The new base is set first, so that the task's own signal finds nothing owed: an echo ends by comparison. Where the
    row shows a write of ours over a word that a person had chosen since, that word comes first on the way back.
    """
    mapping, reading = batch.sheet.mapping, batch.reading
    before_ours = {name: value for name, value in link.base.items() if name in values and base.get(name) != value}
    said = mapping.task_as_lead(task_fields(task), (before_ours, values, base), link.recall)
    merged = merge(base, values, said, mapping.rules, reading.latest)
    _note(batch, link, base, values, merged)
    if merged.base != link.base:
        link.base, link.agreed_at = merged.base, reading.began
        remember(link, batch.sheet)
    batch.session.info.setdefault("links", {})[task.id] = link  # spares the task's signal a look-up
    tasks.change(batch.session, task, task_arguments(mapping.task_changes(merged.task)), actor=reading.actor)
    return merged


def _note(batch: Batch, link: Link, base: Fields, values: Fields, merged: Merge) -> None:
    """What a person changed in the row, and what a conflict took from either side, into the history."""
    lost = {conflict.field: conflict for conflict in merged.conflicts}
    for name, value in values.items():
        if base.get(name) == value or batch.sheet.mapping.rules[name].direction == "to_sheet":
            continue
        conflict = lost.get(name)
        beaten = conflict is not None and conflict.winner == "task"
        note_sheet_change(batch.session, link, name, base.get(name), value, batch.by, beaten=beaten)
        if conflict is not None and not beaten:
            note_lost_task_value(batch.session, link, name, value, conflict.lost, batch.by)


def _acceptable(row: Row) -> tuple[dict[str, Value], tuple[str, ...]]:
    """The values that can be taken, and a sentence for each that cannot."""
    reasons = tuple(f"{name}: {reason}" for name, reason in row.refused.items())
    values = dict(row.values)
    if len(str(values.get("name") or "")) > LONGEST_NAME:
        del values["name"]
        reasons = (*reasons, f"name: longer than {LONGEST_NAME} characters")
    return values, reasons


def remember(link: Link, sheet: SheetConfig) -> None:
    """Note which word last stood for its task status: the lossless way back."""
    word = link.base.get("status")
    if isinstance(word, str) and word in sheet.mapping.statuses.to_task:
        link.recall = link.recall | {sheet.mapping.statuses.task_status(word): word}
