"""Bring one queue's pending links into the sheet: claim, read, decide, and send in ONE write.

Each step has a transaction of its own; network calls are made between them. Every write is absolute and recorded before
it leaves, so a crash, a repeat or a missing answer loses and doubles nothing. Does not retry by itself: what is not
settled stays pending, with a time to try again. Its steps stay together: nearly every write passes them all.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge import tracker
from bridge.core.cells import cell_format, cell_value, obstacle
from bridge.core.clock import is_future
from bridge.core.mapping import SheetMapping
from bridge.core.merge import classify_read
from bridge.core.moved_columns import Standing
from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.core.typed import cell_as_typed
from bridge.core.values import Row, Value
from bridge.google.sheet import RowWrite
from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store import in_flight_writes
from bridge.store.history import (
    READ_AGAIN,
    READ_LAG,
    By,
    give_up_waiting,
    note_refused,
    replaced_lately,
)
from bridge.store.misdirected_history import note_late
from bridge.store.models import ActorKind, Link, WriteState
from bridge.store.refused_history import wait_again
from bridge.store.unit_of_work import lock_queue
from bridge.sync.apart import may_be_a_rows
from bridge.sync.columns.agreed import usable
from bridge.sync.context import Reading, SyncContext
from bridge.sync.merge_row import acceptable, merge_values, only_spelled
from bridge.sync.misdirected.columns import look_in_row
from bridge.sync.misdirected.rows import doubt, look_for_unconfirmed
from bridge.sync.sync_cell import link_text
from bridge.tracker import Task
from bridge.worker.flush.apart import Decide, apart
from bridge.worker.flush.id_column import knows_ids, wait_for_ids
from bridge.worker.flush.locate import relocate
from bridge.worker.flush.put_back import repair, settle_unwritten
from bridge.worker.job import Job, LostLease, PlannedWrite, look
from bridge.worker.still import look_still
from bridge.worker.write.send import send
from task_api.actor import Actor

log = get_logger(__name__)


def flush(job: Job, view: SheetView | None = None, *, last: bool = False) -> bool:
    """Bring up to 500 pending links into the sheet. True when it may be worth calling again at once.

    ``view``: rows that a sweep has just read, so that a first sync costs one read and one write. ``last``: nothing
    follows this flush, so the transaction that settles the write may also give the queue back; that saves a commit.
    Raises `Transient` and `Permanent` as the sheet does; nothing pending is dropped.
    """
    links = _claimed(job)
    if not links:
        return False
    seek = look_still if job.moving else look
    view = view or seek(job, sorted({link.row for link in links if link.row}))
    lost = {link.lead_id for link in links if view.row(link.row).lead_id != link.lead_id}
    if lost and not knows_ids(job, view, links):
        return False
    moved = bool(lost) and relocate(job, view, links, lost)
    job.at_work.update(link.id for link in links)
    planned = _decide(job, view, [link.lead_id for link in links])
    if backs := [one for one in planned if one.is_back]:
        send(job, backs)
    if (owed := [one for one in planned if not one.is_back]) and not job.moved:
        send(job, owed, last=last and len(planned) == len(links) < pending.CLAIM)
    job.at_work.clear()
    return moved or (bool(planned) and not job.ended)


def _claimed(job: Job) -> list[Link]:
    """The links that were due when the job began, later those that are due now."""
    links, job.claimed = job.claimed, None
    if links is None:
        with job.writing() as session:
            links = pending.claim(session, job.key, job.runtime.now())
            session.commit()
    return links


def _decide(job: Job, view: SheetView, lead_ids: list[str]) -> list[PlannedWrite]:
    """Merge every claimed row as it is now: the task takes its part at once, the sheet's part is recorded and
    returned. Where that fails, each row is merged by itself, and one that fails waits by itself.
    """
    try:
        return _decide_all(job, view, lead_ids, _decide_row)
    except Exception as error:  # what one row raises must not stop the others
        if isinstance(error, LostLease) or not may_be_a_rows(error):
            raise
        return _decide_all(job, view, lead_ids, apart(_decide_row))


def _decide_all(job: Job, view: SheetView, lead_ids: list[str], decide: Decide) -> list[PlannedWrite]:
    now = job.runtime.now()
    planned: list[PlannedWrite] = []
    with job.writing() as session:
        health = lock_queue(session, job.key).health
        health.missing, health.doubled = list(view.layout.missing), list(view.layout.doubled)
        if view.layout.unagreed(health.columns or {}, health.header or ()):
            if (known := usable(session, view, now)) is None:
                linked = tracker.linked(session, job.key, lead_ids, now)
                wait_for_ids(session, job, [link.id for link, _ in linked])
                session.commit()
                return []
            view = known
        linked = tracker.linked(session, job.key, lead_ids, now)
        here = [(row, link, task) for link, task in linked if (row := view.row(link.row)).lead_id == link.lead_id]
        replaced = replaced_lately(session, [link for _, link, _ in here], now)
        shown = [(link, row, *one) for row, link, _ in here for one in row.values.items()]
        changed = [(link, row, name) for link, row, name, value in shown if link.base.get(name) != value]
        if changed:
            doubt(session, job.key, changed, replaced)
        by = By(Actor(ActorKind.FLUSH, job.key), now)
        context = SyncContext(session, view.config, Reading((), view.began, latest="task"), by)
        for row, link, task in sorted(here, key=lambda one: one[0].number):
            if link.wanted > link.written and link.next_try <= now:
                planned += decide(context, view, row, link, task, replaced[link.id])
        session.commit()
    return planned


def _decide_row(
    context: SyncContext, view: SheetView, row: Row, link: Link, task: Task, replaced: Mapping[str, set[Value]]
) -> list[PlannedWrite]:
    if row.fault is not None:
        raise row.fault
    if link.agreed_at > view.began and not is_future(link.agreed_at, context.by.at):
        pending.postpone(link, max(link.agreed_at, context.by.at), "the sheet changed while it was read")
        return []
    if in_flight_writes.in_states(link, WriteState.SENT):
        synced = view.layout.positions.values()
        look_in_row(context.session, link, row, view.snapshot.standing(row.number), synced, context.by)
    values, unread = acceptable(row, context.sheet.mapping, link.base)
    values |= only_spelled(row, link.base)
    values |= {name: link.base.get(name) for name in unread}
    found = repair(view, row, link) if in_flight_writes.in_states(link, WriteState.MISDIRECTED) else None
    foreign = {name: link.base.get(name) for name in (found.foreign if found else ())}
    values |= foreign | {name: link.base.get(name) for name in (found.fields if found else ())}
    if in_flight_writes.went_astray_since(link, row.number, view.layout.positions, context.by.at - READ_LAG):
        pending.postpone(link, context.by.at + READ_AGAIN, "Google still shows where rows and columns stood before")
        return []
    unseen = in_flight_writes.values(link, *in_flight_writes.OPEN)
    base, doubtful = classify_read(link.base, values, unseen, replaced, ())
    if doubtful:
        why = f"Google may show an old value of {', '.join(sorted(doubtful))}"
        pending.postpone(link, context.by.at + READ_AGAIN, why)
        return []
    late = in_flight_writes.late(link, base)
    in_flight_writes.confirm_shown(link, row.values)
    if in_flight_writes.in_states(link, WriteState.SENT):
        look_for_unconfirmed(context.session, link, context.by.at)
    link.row_pending, archived = False, task.archived_at is not None
    owed = {} if archived else merge_values(context, link, task, base, values).sheet
    for name in late.keys() & owed.keys():
        note_late(context.session, link, name, late[name], base[name], context.by)
    _end_hopeless(context.session, view, link, archived=archived)
    wanted = _writable(context, row, link, foreign | owed)
    if wanted.keys() & link.unread.keys():  # this write replaces what could not be read
        link.unread = {name: why for name, why in link.unread.items() if name not in wanted}
    wanted |= _sync_text(context.sheet.mapping, row, link, archived=archived)
    shown = set() if archived else values.keys() - owed.keys()
    backs = found.planned(context, view, row, link, 0 if wanted else link.wanted) if found else []
    if wanted:
        due = found.due if found else view.snapshot.standing(row.number)
        return [*backs, _planned(context, view, row, link, wanted, shown, due)]
    if not backs:
        settle_unwritten(context, view, link, shown)
    return backs


def _end_hopeless(session: Session, view: SheetView, link: Link, *, archived: bool) -> None:
    """No change waits for a cell that is not written any more."""
    if archived:
        give_up_waiting(session, link, "the task was archived, so its row is not written any more")
    elif gone := link.base.keys() - view.layout.positions.keys() - view.config.mapping.held.keys():
        give_up_waiting(session, link, "the sheet has no column for it any more", gone)


def _planned(
    context: SyncContext,
    view: SheetView,
    row: Row,
    link: Link,
    wanted: Mapping[str, Value],
    shown: Collection[str],
    due: list[Standing],
) -> PlannedWrite:
    """The write of these values, each of its cells recorded before it leaves."""
    cells: dict[int, str | float | int | bool] = {}
    formats: dict[int, str] = {}
    header = view.header
    for name, value in wanted.items():
        kind, column = context.sheet.mapping.by_field[name].kind, view.layout.positions[name]
        to_cell = cell_as_typed if link.overrides.get(name, ...) == value else cell_value
        cells[column] = to_cell(kind, value, row.cells[name])
        if (form := cell_format(kind, value, row.cells[name])) is not None:
            formats[column] = form
        in_flight_writes.record(
            link, name, value, context.by.at, row=row.number, before=row.values.get(name),
            header=header[column], position=column, entered=cells[column], row_before=due,
        )  # fmt: skip
    write = RowWrite(row.number, view.layout.positions["id"], row.cells["id"].value, cells, formats, view.header)
    agreed = {name: link.base.get(name) for name in wanted}
    return PlannedWrite(link.id, link.wanted, write, wanted, agreed, link.cause, shown, header, view.layout.positions)


def _writable(context: SyncContext, row: Row, link: Link, owed: Mapping[str, Value]) -> dict[str, Value]:
    """The fields that may be written; link and history say why the others may not."""
    refused: dict[str, list[Any]] = {}
    for name, value in owed.items():
        before = link.refused.get(name)
        if before is not None and before[:2] == [value, RefusedBy.GOOGLE]:
            refused[name] = before  # said until Google takes it
        if why := obstacle(
            context.sheet.mapping.by_field[name].kind, value, row.cells[name], guarded=name in row.guarded
        ):
            refused[name] = [*RefusedWrite(value, RefusedBy.CELL, why)]
            if name != "sync":
                log.info("cell_refused", sheet=link.sheet, link=link.id, field=name, by=RefusedBy.CELL)
                note_refused(context.session, link, name, value, context.by, why)
    refused.pop("sync", None)
    if refused != link.refused:
        wait_again(context.session, link, (link.refused.keys() - refused.keys()) & owed.keys())
        link.refused = refused
    stopped = {name for name, one in refused.items() if RefusedWrite(*one).by == RefusedBy.CELL} | {"sync"}
    return {name: value for name, value in owed.items() if name not in stopped}


def _sync_text(mapping: SheetMapping, row: Row, link: Link, *, archived: bool) -> dict[str, Value]:
    """The new text of the sync cell, where there is one and it differs."""
    if "sync" not in row.cells or "sync" in row.guarded or row.cells["sync"].formula:
        return {}
    text = link_text(link, mapping, archived=archived)
    return {} if row.values.get("sync") == text else {"sync": text}
