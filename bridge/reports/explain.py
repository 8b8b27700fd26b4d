"""Why a cell does not say what its task says: every reason that state and history give.

The reasons come from the link, its sheet's queue and the history. The log has each decision to wait
(``write_postponed``, ``queue_postponed``, ``queue_paused``).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bridge import tracker
from bridge.config.model import SheetConfig
from bridge.core.fields import Column
from bridge.core.outcome import RefusedWrite
from bridge.core.text import as_seen
from bridge.core.values import Fields, Value
from bridge.reports.action_items import missing_columns, silence
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.store.models import Account, Change, ChangeState, Link, SheetQueue, UnlinkedRow
from bridge.sync.columns.agreed import held_columns
from bridge.sync.merge_row import as_lead
from bridge.tracker import Task, task_fields

LONGEST = 100
"""Characters of a value that are shown."""


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
    lead_id = as_seen(lead_id)
    known = session.scalars(select(Link).where(Link.sheet.in_(runtime.config.sheets), Link.lead_id == lead_id))
    found = [_of_link(session, runtime, link) for link in known.all()]
    unlinked = select(UnlinkedRow).where(UnlinkedRow.sheet.in_(runtime.config.sheets), UnlinkedRow.lead_id == lead_id)
    return found + [
        Explanation(one.sheet, lead_id, None, one.row, reasons=(f"the row has no task: {one.why}",))
        for one in session.scalars(unlinked.order_by(UnlinkedRow.sheet, UnlinkedRow.row))
    ]


def _of_link(session: Session, runtime: Runtime, link: Link) -> Explanation:
    config, queue = runtime.config.sheets[link.sheet], session.get_one(SheetQueue, link.sheet)
    task, now = tracker.task_of(session, link), runtime.now()
    wanted = as_lead(task, link, config.mapping)
    misread = session.scalars(_at_row(link)).first()
    cells = _Cells(
        session,
        config,
        link,
        task,
        wanted,
        lost=misread is not None or link.gone_at is not None,
        held=held_columns(queue.health),
    )
    fields = tuple(filter(None, map(cells.line, config.mapping.by_field)))
    differs = any(link.base[name] != value for name, value in wanted.items() if name in link.base and name != "sync")
    row = (f"its row cannot be told: {misread.why}",) if misread is not None else ()
    reasons = (*row, *_of_row(link, task, now), *_of_queue(session, runtime, queue, now))
    return Explanation(link.sheet, link.lead_id, task.id, link.row, fields, reasons, differs)


def _at_row(link: Link) -> Select[UnlinkedRow]:
    """The row without a lead that the last sweep found where the link's lead was, for instance without its id."""
    return select(UnlinkedRow).where(
        UnlinkedRow.sheet == link.sheet, UnlinkedRow.row == link.row, UnlinkedRow.lead_id.is_(None)
    )


@dataclass(frozen=True)
class _Cells:
    """What to say of each cell of a lead. ``wanted``: what the row is to show; ``lost``: its row was not found;
    ``held``: fields whose column awaits approval.
    """

    session: Session
    config: SheetConfig
    link: Link
    task: Task
    wanted: Fields
    lost: bool
    held: Collection[str]

    def line(self, name: str) -> str:
        """Empty if there is nothing to say, for instance of a field without column and value."""
        column, link, wanted = self.config.mapping.by_field[name], self.link, self.wanted.get(name)
        if column.direction == "to_task" or name == "sync":
            return ""
        if name not in link.base:
            return "" if wanted is None else f"{name}: the sheet has no column '{column.headers[0]}'"
        if name in link.unread:
            rest = f"; its task means {_shown(wanted)}: {self._why(name)}" if self._owed(name) else ""
            return f"{name}: the cell cannot be read: {link.unread[name]}{rest}"
        said = f"{name}: the cell {'last said' if self.lost else 'says'} {_shown(link.base[name])}"
        if self._owed(name):
            return f"{said}, its task means {_shown(wanted)}: {self._why(name)}"
        return f"{said}, {self._agreement(column)}" + _conflict(link, name)

    def _owed(self, name: str) -> bool:
        return self.link.base.get(name) != self.wanted.get(name)

    def _agreement(self, column: Column) -> str:
        """An empty cell may stand for a text of the task."""
        value = task_fields(self.task).get(column.task_field or "")
        stands_for = self.wanted.get(column.field) is None and value not in {None, ""}
        return f"which stands for {_shown(value)} in its task" if stands_for else "as its task does"

    def _why(self, name: str) -> str:
        if name in self.held:
            return "not written before a person approves its column"
        if name in self.link.refused:
            return f"not written, because {RefusedWrite(*self.link.refused[name]).why}"
        if self.lost:
            return "not written before the row is found again"
        if self.link.wanted > self.link.written:
            return f"the write is under way{_since(self.session, self.link, name)}"
        return "no write is queued; the next sweep compares them again"


def _since(session: Session, link: Link, name: str) -> str:
    mine = select(Change).where(Change.link_id == link.id, Change.field == name, Change.state == ChangeState.WAITING)
    change = session.scalars(mine.order_by(Change.id.desc())).first()
    return f" since {_moment(change.at)}, for {change.actor}" if change is not None else ""


def _conflict(link: Link, name: str) -> str:
    return f" (a conflict was decided: {link.conflicts[name]})" if name in link.conflicts else ""


def _of_row(link: Link, task: Task, now: datetime) -> Iterator[str]:
    if task.archived_at is not None:
        stays = ": its row stays as it is" if link.gone_at is None else ""
        yield f"task {task.id} is archived since {_moment(task.archived_at)}{stays}"
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
    yield from (place.why for place in held_columns(queue.health).values())
    if (silent := silence(queue.health, now)) is not None:
        yield f"edits of the sheet may not arrive: {silent}"


def _shown(value: Value) -> str:
    text = str(value)
    return "nothing" if value is None else f"'{text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}'"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
