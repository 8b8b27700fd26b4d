"""Rows from tasks: a task made by the API gets a row below the last lead, where `create_rows` is on.

An append is the one write that must not be repeated blindly (GOOGLE.md section 1: a 503 may come after it landed).
So the link is there before the row, each try is noted before it leaves, and an append is repeated only after a reading
of the id column that is certainly newer than the last try.
"""

from dataclasses import replace
from datetime import datetime
from itertools import chain, count

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.config.model import SheetConfig
from bridge.core.cells import cell_format, cell_value, obstacle
from bridge.core.mapping import SheetMapping
from bridge.core.values import EMPTY, Row
from bridge.errors import Permanent
from bridge.google.new_rows import AppendedCell
from bridge.google.snapshot import SheetView
from bridge.queue.pending import mark_pending
from bridge.runtime import Runtime
from bridge.store import in_flight_writes
from bridge.store.history import READ_LAG, By, note_life
from bridge.store.models import Link, Rule, UnlinkedRow, WriteState
from bridge.sync.merge_row import as_lead, remember
from bridge.sync.misdirected.rows import lead_id_of
from bridge.sync.sync_cell import link_text
from bridge.sync.title import name_of
from bridge.tracker import Task
from task_api.actor import Actor

IDENTITY = frozenset(["id", "name"])
"""What makes a row this lead's, so it is written where the row above has a formula, too."""


def sheet_for(runtime: Runtime) -> SheetConfig | None:
    """The sheet that gets a row for a task of the API; None: none does."""
    return next((sheet for sheet in runtime.config.sheets.values() if sheet.create_rows), None)


def give_row(session: Session, runtime: Runtime, sheet: SheetConfig, task: Task, actor: Actor) -> None:
    """Link the task with a row that is yet to be appended. Raises `Permanent` for an id that a cell would not keep, and
    for one whose lead has its task.
    """
    lead_id = task.lead_id or _new_id(session, sheet.key, task.id)
    if lead_id_of(lead_id) != lead_id:
        raise Permanent(f"lead_id '{lead_id[:50]}' would not read back from the sheet as it is; use plain text")
    taken = select(Link.task_id).where(Link.sheet == sheet.key, Link.lead_id == lead_id)
    if (other := session.scalars(taken).first()) is not None:
        raise Permanent(f"lead {lead_id} of the sheet has task {other} already: archive one, or change its lead_id")
    tracker.change(session, task, {"lead_id": lead_id}, actor=actor)
    link = Link(
        sheet=sheet.key, lead_id=lead_id, task_id=task.id, base={}, row_pending=True,
        overrides={"name": name_of(task, sheet.mapping)}, agreed_at=runtime.now(), next_try=runtime.now(),
    )  # fmt: skip
    session.add(link)
    session.flush()
    note_life(session, link, "task", None, "linked", By(actor, runtime.now()), Rule.ROW_MADE)
    mark_pending(session, link, runtime.now())


def _new_id(session: Session, sheet: str, number: int) -> str:
    """``T-7`` for task 7, or ``T-7-2`` where a row has that id: a person typed it, or a restored database has lost the
    task that it was.
    """
    ids = chain([f"T-{number}"], (f"T-{number}-{more}" for more in count(2)))
    return next(one for one in ids if not _is_taken(session, sheet, one))


def _is_taken(session: Session, sheet: str, lead_id: str) -> bool:
    found = (select(one.lead_id).where(one.sheet == sheet, one.lead_id == lead_id) for one in (Link, UnlinkedRow))
    return any(session.scalars(query.limit(1)).first() is not None for query in found)


def may_append(link: Link, now: datetime) -> bool:
    """True when no try of ours may still be on its way or unseen."""
    return link.append_tried_at is None or link.append_tried_at + READ_LAG <= now


def new_row(task: Task, link: Link, view: SheetView, like: Row, now: datetime) -> dict[int, AppendedCell]:
    """The row to append, alike to ``like``: 0-based column → cell. Its values are recorded before it leaves, so that
    they are not taken for an edit later. What its cell would not take is left out: the next look at the row says why.
    """
    link.append_tried_at, link.in_flight_writes, link.refused = now, [], {}
    mapping = view.config.mapping
    state = link_text(link, mapping, archived=task.archived_at is not None)
    said, row = as_lead(task, link, mapping) | {"id": link.lead_id, "sync": state}, {}
    for name, column in view.layout.positions.items():
        value, kind, cell = said.get(name), mapping.by_field[name].kind, like.cells.get(name, EMPTY)
        free = name in IDENTITY
        present = replace(cell, value=None, shown="", formula=cell.formula and not free)
        if value is not None and not obstacle(kind, value, present, guarded=name in like.guarded and not free):
            row[column] = AppendedCell(cell_value(kind, value, present), cell_format(kind, value, present))
            place = {"position": column, "header": view.header[column], "entered": row[column].value}
            in_flight_writes.record(link, name, value, now, WriteState.UNSEEN, **place)
    return row


def forget_append(link: Link) -> None:
    """The row certainly did not arrive: it can be appended again at once."""
    link.append_tried_at, link.in_flight_writes = None, []


def settle_appended(link: Link, mapping: SheetMapping, row: int, now: datetime) -> None:
    """Google confirmed the append to this row: the base is what was sent, and a row that is missing from now on was
    deleted. What a delivery said of it meanwhile is newer.
    """
    said = {write.field: write.value for write in link.in_flight_writes if write.field in mapping.rules}
    link.base, link.row_pending, link.agreed_at = said | link.base, False, now
    link.row = link.row or row
    remember(link, mapping)
    in_flight_writes.settle(link, said, None, WriteState.CONFIRMED)
