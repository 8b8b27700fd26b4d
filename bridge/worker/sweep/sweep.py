"""Read every row once, compare all with what is known, and merge those that differ. Finds what the trigger missed,
duplicate ids, and rows that vanished.

The merge is that of deliveries (`bridge.sync.ingest`); a link that changed since the read began waits for the next
sweep. The same reading serves the flush that follows, so a first sync costs one read and one write.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import methodcaller

from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge import tracker
from bridge.config.model import SheetConfig
from bridge.core.chunks import CHUNK, chunks
from bridge.core.moved_columns import Standing
from bridge.core.outcome import Outcome, RowOutcome
from bridge.core.reconcile import Comparison, Plan, Step, SweepStep
from bridge.core.values import Row
from bridge.errors import Permanent
from bridge.google.snapshot import SheetView
from bridge.queue.pending import try_rows_again
from bridge.queue.sweep_requests import ask_for_sweep, swept
from bridge.runtime import Runtime
from bridge.store.future import date_anew
from bridge.store.history import By
from bridge.store.in_flight_writes import forget_settled
from bridge.store.models import ActorKind, InFlightWrite, Link, SheetQueue, UnlinkedRow
from bridge.sync.apart import apart
from bridge.sync.columns import survey as column_survey
from bridge.sync.context import Reading, SyncContext
from bridge.sync.edits.overwritten import settle_overwritten
from bridge.sync.ingest import ingest_rows
from bridge.sync.known_leads import known_leads
from bridge.sync.links import new_rows, vanished_rows
from bridge.sync.links.duplicate_ids import keep_one_each
from bridge.sync.misdirected.columns import find_in_unsynced, find_misdirected
from bridge.sync.misdirected.ids import owners, without_owner
from bridge.sync.misdirected.rows import find_victims, missing_writes
from bridge.tracker import Task
from bridge.worker.flush.flush import flush
from bridge.worker.job import Job, look
from bridge.worker.still import look_still
from bridge.worker.sweep.clear_misdirected import clear_misdirected
from bridge.worker.sweep.compare import Progress, compare, without_id
from bridge.worker.sweep.restore_ids import restore_ids
from bridge.worker.sweep.shared_tab import refuse_shared_tab
from bridge.worker.write.unlinked import mark_unlinked
from task_api.actor import Actor

log = get_logger(__name__)
MOST_UNLINKED = 100
"""So many rows without a task are kept for the page; a sweep by hand lists them all."""


@dataclass(frozen=True)
class _Swept:
    """What a sweep did, row by row; ``view``: what it read, without held columns; ``leftover``: blank rows whose sync
    cell still says something, ``unclaimed``: those with any other value; ``missing``: writes that it looked for;
    ``lost_ids``: links whose row shows one of them in place of its id; ``unknown``: more such rows.
    """

    view: SheetView
    plan: Plan
    outcomes: Sequence[RowOutcome]
    leftover: Sequence[int]
    unclaimed: Sequence[int]
    missing: Sequence[InFlightWrite]
    lost_ids: Sequence[tuple[int, Row]]
    unknown: Sequence[Row]


def sweep(job: Job, progress: Progress = lambda *_: None) -> Plan:
    """Compare the whole sheet once and put right what differs; returns what was done."""
    view = look_still(job, None)
    refuse_shared_tab(job, view)
    done = _carry_out(job, view, progress, job.writing, methodcaller("commit"))
    view = done.view
    if "id" in view.config.mapping.held:
        return done.plan
    steps = ",".join(f"{what}:{count}" for what, count in sorted(done.plan.counts.items()))
    log.info("sweep_done", sheet=done.plan.sheet, rows=done.plan.read, agreed=done.plan.agreed, steps=steps)
    if not job.moving:
        mark_unlinked(job, view, done.outcomes, done.leftover)
    if done.lost_ids:
        restore_ids(job, view, done.lost_ids)
        if job.moving or job.moved:  # what this sweep read is older than the ids
            return done.plan
    without_lead = [*done.unclaimed, *(one.row for one in done.outcomes if one.lead_id is None)]
    ids_unclear = [*done.unknown, *(row for _, row in done.lost_ids)]
    clear_misdirected(job, view, without_lead, done.missing, ids_unclear)
    flush(job, view)
    return done.plan


def preview(job: Job, progress: Progress = lambda *_: None) -> Plan:
    """What a sweep would do now: the same work, each transaction rolled back, so that a new task has no number yet.
    Needs no lease.
    """
    plan = _carry_out(job, look(job, None), progress, job.trying, _undo).plan
    return replace(plan, steps=tuple(map(_without_number, plan.steps)))


def _undo(session: Session) -> None:
    """Undo, and leave what was read as it is: later transactions go on with it."""
    session.expunge_all()
    session.rollback()


def _without_number(step: Step) -> Step:
    return replace(step, task_id=None) if step.what is Outcome.TASK_CREATED else step


def _carry_out(
    job: Job, view: SheetView, progress: Progress, begin: Callable[[], Session], finish: Callable[[Session], None]
) -> _Swept:
    """Compare, merge what differs, then handle what vanished; the plan lists every step."""
    compared, ownerless = compare(job, view, progress)
    with job.runtime.session() as session:
        decided = column_survey.decide(session, view, compared)
    with begin() as session:
        view, read = column_survey.agree(session, view, compared, decided), view
        if "id" in view.config.mapping.held:
            _note_sweep(session, job, view, ())
        finish(session)
    if "id" in view.config.mapping.held:
        plan = Plan(view.config.key, compared.read, 0, tuple(column_survey.steps(view)))
        return _Swept(view, plan, (), (), (), (), (), ())
    if view is not read:
        compared, ownerless = compare(job, view, progress)
    with begin() as session:
        whose = owners(session, view.config.key, compared.places, ownerless, By(_actor(job), job.runtime.now()))
        compared.add(
            whose.certain, known_leads(session, view.config, [row.lead_id for row in whose.certain if row.lead_id])
        )
        compared.places |= {link.lead_id: row.number for link, row in whose.lost}
        lost_ids = [(link.id, row) for link, row in whose.lost]
        date_anew(session, view.config.key, view.began)
        outcomes = [*keep_one_each(session, view, compared.duplicates), *map(without_owner, whose.unknown)]
        if compared.moved:
            session.execute(update(Link), [{"id": link_id, "row": row} for link_id, row in compared.moved.items()])
        missing = missing_writes(session, view.config.key)
        lost_rows = without_id(session, view, compared)
        _look_in_unsynced(session, job, view, compared, missing)
        finish(session)
    duplicates = {outcome.row for outcome in outcomes}
    for numbers in chunks([number for number in (*compared.look, *lost_rows) if number not in duplicates]):
        with begin() as session:
            rows = [replace(view.row(number), blank=False) for number in numbers]
            outcomes += _take(job, session, view, compared, rows, missing)
            finish(session)
        progress("merging", len(outcomes), len(compared.look))
    with job.runtime.session() as session:
        absent = vanished_rows.absent(session, view.config, compared.places, compared.named)
        absent = [] if whose.unknown else absent
    with begin() as session:
        _note_sweep(session, job, view, outcomes)
        by = By(_actor(job), job.runtime.now())
        settle_overwritten(SyncContext(session, view.config, Reading((), view.began), by), view.row)
        found = vanished_rows.vanished(session, view.config, absent, len(compared.places), view.began)
        vanished_rows.settle_vanished(session, view.config, found, view.began, by)
        try_rows_again(session, view.config.key, job.runtime.now())
        late = _late_rows(job.runtime, session, view, outcomes)
        finish(session)
    steps = (*_steps(outcomes), *vanished_rows.steps(found), *column_survey.steps(view), *late)
    plan = Plan(view.config.key, compared.read, compared.agreed, steps)
    return _Swept(view, plan, outcomes, compared.leftover, compared.unclaimed, missing, lost_ids, whose.unknown)


def _look_in_unsynced(
    session: Session, job: Job, view: SheetView, compared: Comparison, missing: Sequence[InFlightWrite]
) -> None:
    """Look for missing writes in the columns that are not synced."""
    by = By(_actor(job), job.runtime.now())

    def standing(lead_id: str) -> list[Standing]:
        return view.snapshot.standing(compared.places.get(lead_id, 0))

    find_in_unsynced(session, view.config.key, missing, compared.places, standing, view.layout.positions.values(), by)


def _take(
    job: Job,
    session: Session,
    view: SheetView,
    compared: Comparison,
    rows: Sequence[Row],
    missing: Sequence[InFlightWrite],
) -> list[RowOutcome]:
    reading = Reading(rows, view.began, ids=compared.places, namesakes=compared.namesakes, missing=missing)
    context = SyncContext(session, view.config, reading, By(_actor(job), job.runtime.now()))

    def take(part: Sequence[Row]) -> list[RowOutcome]:
        find_victims(session, view.config.key, missing, part, context.by)
        find_misdirected(session, view.config.key, missing, part, context.by)
        return ingest_rows(replace(context, reading=replace(reading, rows=part)))

    return apart(session, view.config.key, rows, take)


def _note_sweep(session: Session, job: Job, view: SheetView, outcomes: Sequence[RowOutcome]) -> None:
    queue = session.get_one(SheetQueue, job.key)
    swept(queue, view.began)
    forget_settled(session, job.key, job.runtime.now())
    queue.health.tab_id = view.snapshot.sheet_id
    queue.health.missing, queue.health.doubled = list(view.layout.missing), list(view.layout.doubled)
    untaken = [one for one in outcomes if one.task_id is None and one.reasons]
    session.execute(delete(UnlinkedRow).where(UnlinkedRow.sheet == queue.sheet))
    session.add_all(
        UnlinkedRow(sheet=queue.sheet, row=one.row, lead_id=one.lead_id, why="; ".join(one.reasons))
        for one in untaken[:MOST_UNLINKED]
    )


def _late_rows(runtime: Runtime, session: Session, view: SheetView, outcomes: Sequence[RowOutcome]) -> list[Step]:
    """Give rows to tasks that are older than `create_rows`; not while an unlinked row may be one of them."""
    unclear = any(outcome.task_id is None and outcome.outcome == Outcome.REFUSED for outcome in outcomes)
    if not view.config.create_rows or unclear:
        return []
    waiting = tracker.without_row(session, limit=CHUNK)
    steps = [_late_row(runtime, session, view.config, task) for task in waiting]
    if len(waiting) == CHUNK and any(step.what is SweepStep.ROW_APPENDED for step in steps):
        ask_for_sweep(session, view.config.key, runtime.now())
    return steps


def _late_row(runtime: Runtime, session: Session, sheet: SheetConfig, task: Task) -> Step:
    try:
        new_rows.give_row(session, runtime, sheet, task, Actor(ActorKind.SWEEP, sheet.key))
    except Permanent as error:
        return Step(Outcome.REFUSED, task.lead_id, task_id=task.id, reasons=(str(error),))
    return Step(SweepStep.ROW_APPENDED, task.lead_id, task_id=task.id)


def _steps(outcomes: Sequence[RowOutcome]) -> Iterator[Step]:
    for one in outcomes:
        if one.outcome != Outcome.UNCHANGED or one.reasons or one.changes:
            what = SweepStep.ROW_WRITTEN if one.outcome is Outcome.UNCHANGED and one.changes else one.outcome
            yield Step(what, one.lead_id, one.row, one.task_id, one.changes, one.reasons)


def _actor(job: Job) -> Actor:
    return Actor(ActorKind.SWEEP, job.key)
