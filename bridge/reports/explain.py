"""Why a cell does not say what its task says: every reason that state and history give.

The reasons come from the link, its sheet's queue and the history. The log has each decision to wait
(``write_postponed``, ``queue_postponed``, ``queue_paused``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.config.model import SheetConfig
from bridge.core.outcome import RefusedWrite
from bridge.core.values import Fields, Value
from bridge.reports.action_items import missing_columns, silence
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.store.models import Account, Change, ChangeState, Link, SheetQueue, UnlinkedRow
from bridge.sync.merge_row import as_lead
from bridge.tracker import Task


@dataclass(frozen=True)
class Explanation:
    """One lead of one sheet. ``fields``: a line for each field; ``reasons``: what delays the whole row; ``differs``:
    True if some cell differs from the task.
    """

    sheet: str
    lead_id: str
    task_id: int | None
    row: int | None
    fields: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    differs: bool = False


def explain(session: Session, runtime: Runtime, lead_id: str) -> list[Explanation]:
    """One explanation for each sheet that knows the lead."""
    known = session.scalars(select(Link).where(Link.sheet.in_(runtime.config.sheets), Link.lead_id == lead_id))
    found = [_of_link(session, runtime, link) for link in known.all()]
    unlinked = select(UnlinkedRow).where(UnlinkedRow.sheet.in_(runtime.config.sheets), UnlinkedRow.lead_id == lead_id)
    return found + [
        Explanation(one.sheet, lead_id, None, one.row, reasons=(f"the row has no task: {one.why}",))
        for one in session.scalars(unlinked.order_by(UnlinkedRow.sheet, UnlinkedRow.row))
    ]


def _of_link(session: Session, runtime: Runtime, link: Link) -> Explanation:
    config, queue = runtime.config.sheets[link.sheet], session.get_one(SheetQueue, link.sheet)
    task = tracker.task_of(session, link)
    wanted, now = as_lead(task, link, config.mapping), runtime.now()
    fields = tuple(_field(session, config, link, wanted, name) for name in config.mapping.by_field if name != "sync")
    differs = any(link.base[name] != value for name, value in wanted.items() if name in link.base and name != "sync")
    reasons = (*_of_row(link, task, now), *_of_queue(session, runtime, queue, now))
    return Explanation(link.sheet, link.lead_id, task.id, link.row, tuple(filter(None, fields)), reasons, differs)


def _field(session: Session, config: SheetConfig, link: Link, task: Fields, name: str) -> str:
    """Empty if there is nothing to say, for instance of a field without column and value."""
    column = config.mapping.by_field[name]
    if column.direction == "to_task":
        return ""
    if name in link.unread:
        return f"{name}: the cell cannot be read: {link.unread[name]}"
    if name not in link.base:
        return "" if task.get(name) is None else f"{name}: the sheet has no column '{column.headers[0]}'"
    cell, wanted = link.base[name], task.get(name)
    if cell == wanted:
        return f"{name}: the cell says {_shown(cell)}, as its task does" + _conflict(link, name)
    return f"{name}: the cell says {_shown(cell)}, its task means {_shown(wanted)}: {_why(session, link, name)}"


def _why(session: Session, link: Link, name: str) -> str:
    if name in link.refused:
        return f"not written, because {RefusedWrite(*link.refused[name]).why}"
    if link.wanted > link.written:
        return f"the write is under way{_since(session, link, name)}"
    return "no write is queued; the next sweep compares them again"


def _since(session: Session, link: Link, name: str) -> str:
    mine = select(Change).where(Change.link_id == link.id, Change.field == name, Change.state == ChangeState.WAITING)
    change = session.scalars(mine.order_by(Change.id.desc())).first()
    return f" since {_moment(change.at)}, for {change.actor}" if change is not None else ""


def _conflict(link: Link, name: str) -> str:
    return f" (a conflict was decided: {link.conflicts[name]})" if name in link.conflicts else ""


def _of_row(link: Link, task: Task, now: datetime) -> Iterator[str]:
    if task.archived_at is not None:
        yield f"task {task.id} is archived since {_moment(task.archived_at)}: its row stays as it is"
    if link.row_pending:
        yield "the row has yet to be appended to the sheet"
    elif link.gone_at is not None:
        yield f"the row is missing from the sheet since {_moment(link.gone_at)}"
    if link.failed_at is not None:
        again = f"leadbridge retry {link.id}"
        yield f"the write was given up at {_moment(link.failed_at)}: {link.error}. Try it again: {again}"
    elif link.wanted > link.written and link.error:
        when = f"the next try is at {_moment(link.next_try)}" if link.next_try > now else "it is tried again now"
        yield f"the write was postponed: {link.error}; {when}"


def _of_queue(session: Session, runtime: Runtime, queue: SheetQueue, now: datetime) -> Iterator[str]:
    if queue.problem:
        again = f"; the bridge looks again at {_moment(queue.not_before)}" if queue.not_before else ""
        yield f"the whole sheet waits: {queue.problem}{again}"
    if lacking := missing_columns(queue.health):
        yield lacking
    if queue.lease_until is not None and queue.lease_until > now:
        yield f"a job works on this sheet now; it holds the sheet until {_moment(queue.lease_until)} at the latest"
    if wait := quota.wait(session.get(Account, runtime.account(queue.sheet)), runtime.pace, now):
        yield f"Google's quota is used up for {wait:.0f} s more; the write follows then"
    if queue.health.held_why:
        yield queue.health.held_why
    if (silent := silence(queue.health, now)) is not None:
        yield f"edits of the sheet may not arrive: {silent}"


def _shown(value: Value) -> str:
    return "nothing" if value is None else f"'{value}'"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
