"""Says which sheet queues are due (`due`), and does one job on one (`run`): a sweep or a flush. A failure becomes a
time to try again.

The only place that decides what a failure means for a queue; engines only decide when to call it.
"""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, func, select, update
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars
from structlog.stdlib import get_logger

from bridge.core.backoff import backoff
from bridge.core.clock import LONGEST_WAIT, SKEW
from bridge.errors import Moving, Permanent, Throttled, Transient
from bridge.queue.pending import IN_JOB, TOLD_AFTER, failed
from bridge.queue.sweep_requests import SWEEP_SOON, ask_for_sweep
from bridge.runtime import Runtime
from bridge.store import in_flight_writes, quota
from bridge.store.history import READ_AGAIN, READ_LAG
from bridge.store.models import Account, Link, SheetQueue
from bridge.store.unit_of_work import is_abandoned, lock_queue
from bridge.sync.misdirected.rows import look_for_unconfirmed
from bridge.worker.flush.flush import flush
from bridge.worker.job import Job, LostLease, begin, end
from bridge.worker.sweep.sweep import sweep
from task_api.db_errors import contended, unusable

log = get_logger(__name__)
FIRST_PROBE, PROBE = timedelta(seconds=15), timedelta(minutes=1)
"""How long a paused queue waits before it tries whether the problem is solved: soon, since Google may have erred once;
then every minute.
"""
LONGEST_REST = 15.0
"""Seconds between two looks whether rows and columns stand still."""
LEASE_LOOK = timedelta(seconds=2)
"""Between two looks whether the job that holds a sheet has died."""
_PENDING = select(func.min(Link.next_try)).where(Link.sheet == SheetQueue.sheet, Link.wanted > Link.written)
_TIMES = select(
    SheetQueue.sheet, SheetQueue.swept_at, SheetQueue.sweep_at, SheetQueue.not_before, SheetQueue.lease_until,
    SheetQueue.token, _PENDING.scalar_subquery().label("pending"), Account,
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A queue that wants a job, and when."""

    sheet: str
    at: datetime


def due(runtime: Runtime, keys: Collection[str] | None = None) -> list[Due]:
    """Every queue with work (of these), earliest first; one that waits out a failure is due when it may try again."""
    now = runtime.now()
    accounts = {key: runtime.account(key) for key in (runtime.config.sheets if keys is None else keys)}
    if not accounts:
        return []
    its_account = Account.name == case(accounts, value=SheetQueue.sheet)
    asked = _TIMES.outerjoin(Account, its_account).where(SheetQueue.sheet.in_(accounts))
    with runtime.session() as session:
        wanted = [Due(queue.sheet, _due_at(runtime, queue, now)) for queue in session.execute(asked)]
    return sorted(wanted, key=lambda due: due.at)


def _due_at(runtime: Runtime, queue: Row[*tuple[Any, ...]], now: datetime) -> datetime:
    every = timedelta(seconds=runtime.config.sheets[queue.sheet].sweep_every)
    overdue = now - SKEW
    swept = queue.swept_at + every if queue.swept_at and queue.swept_at <= now + SKEW else overdue
    pending = _unless_future(queue.pending, now + LONGEST_WAIT, overdue)
    wanted = min(at for at in (pending, queue.sweep_at, swept) if at is not None)
    wait = quota.wait(queue.Account, runtime.pace, now)
    paid = now + timedelta(seconds=wait) if wait else None
    not_before = _unless_future(queue.not_before, now + LONGEST_WAIT)
    lease_until = _leased_until(runtime, queue, now)
    return max(at for at in (wanted, not_before, lease_until, paid) if at is not None)


def _leased_until(runtime: Runtime, queue: Row[*tuple[Any, ...]], now: datetime) -> datetime | None:
    """When to look at a sheet that another job holds: soon, since that job may have died."""
    until = _unless_future(queue.lease_until, now + runtime.config.lease)
    if until is None or until <= now or is_abandoned(runtime.lease_file(queue.sheet), queue.token):
        return None
    return min(until, now + LEASE_LOOK)


def _unless_future(moment: datetime | None, latest: datetime, instead: datetime | None = None) -> datetime | None:
    """The moment, unless the clock was set back since: then it lies further ahead than any can."""
    return moment if moment is None or moment <= latest + SKEW else instead


def run(runtime: Runtime, key: str, chance: Callable[[], float] = random.random) -> bool:
    """One job; True when the queue may have more to do at once. Never raises for what the sheet or Google does."""
    job = begin(runtime, key)
    if job is None:
        return False
    before = IN_JOB.set(True)
    try:
        with bound_contextvars(cause=f"job:{key}:{job.token}"):
            return _run(job, chance)
    finally:
        IN_JOB.reset(before)


def _run(job: Job, chance: Callable[[], float]) -> bool:
    runtime, key = job.runtime, job.key
    try:
        return _do(job)
    except LostLease:
        log.warning("lease_lost", sheet=key)
        return False
    except Moving as error:
        _wait_for_rest(job, str(error), chance())
        return False
    except Transient as error:
        _failed(job, str(error), chance(), error.retry_after, counts=not isinstance(error, Throttled))
        return False
    except Permanent as error:
        _paused(runtime, key, str(error))
        return False
    except Exception as error:  # one sheet's unforeseen trouble must not stop the others: log and postpone
        _unforeseen(job, error, chance())
        return False
    finally:
        end(job)


def _do(job: Job) -> bool:
    if job.sweep_due:
        sweep(job)
    more = True if job.sweep_due else flush(job, last=not job.troubled)
    if job.moved:
        raise Moving("rows or columns were moved while the bridge wrote: it waits until they stand still")
    if job.troubled:
        _recovered(job)
    return more


def _recovered(job: Job) -> None:
    with job.runtime.writing() as session:
        still = job.moving and in_flight_writes.may_be_misplaced(session, job.key)
        if job.moving and not still:
            ask_for_sweep(session, job.key, job.runtime.now() + READ_LAG + SWEEP_SOON)
        _set(session, job.key, attempts=int(still), problem=None, not_before=None)
        session.commit()
    if not still:
        log.info("queue_recovered", sheet=job.key)


def _unforeseen(job: Job, error: Exception, chance: float) -> None:
    """An error that nobody expects. Failures of the database do not count against a link."""
    key = job.key
    if contended(error):
        return _failed(job, "the same rows were changed at the same moment", chance, None, counts=False)
    log.error("job_failed", sheet=key, exc_info=error)
    if unusable(error):
        return _failed(job, "the bridge's own database could not be used", chance, None, counts=False)
    return _failed(job, "an unexpected error; the bridge's log has the details", chance, None)


def _failed(job: Job, why: str, chance: float, retry_after: float | None, *, counts: bool = True) -> None:
    """Postpone the queue; ``counts``: the failure may be the fault of the links at work and is an attempt of theirs."""
    runtime, key = job.runtime, job.key
    with runtime.writing() as session:
        queue = lock_queue(session, key)
        if counts and job.at_work and failed(session, job.at_work, runtime.now(), why, chance):
            queue.attempts = 0  # the sheet could be read, so it may be their fault: they wait, not the queue
        dead = Link.id.in_(job.at_work), Link.failed_at.is_not(None)
        for link in in_flight_writes.links(session, runtime.now(), *dead):
            look_for_unconfirmed(session, link, runtime.now())
        wait = backoff(queue.attempts + 1, chance, retry_after)
        _set(session, key, attempts=queue.attempts + 1, problem=why, not_before=runtime.now() + timedelta(seconds=wait))
        log.warning("queue_postponed", sheet=key, attempts=queue.attempts, seconds=round(wait, 1), why=why)
        session.commit()


def _wait_for_rest(job: Job, why: str, chance: float) -> None:
    """Postpone the queue while rows or columns are moved; people are told when that goes on."""
    with job.runtime.writing() as session:
        attempts = lock_queue(session, job.key).attempts + 1
        wait = backoff(attempts, chance, READ_AGAIN.total_seconds(), longest=LONGEST_REST)
        until = job.runtime.now() + timedelta(seconds=wait)
        problem = why if attempts >= TOLD_AFTER else None
        _set(session, job.key, attempts=attempts, problem=problem, not_before=until)
        log.info("queue_postponed", sheet=job.key, attempts=attempts, seconds=round(wait, 1), why=why)
        session.commit()


def _paused(runtime: Runtime, key: str, why: str) -> None:
    with runtime.writing() as session:
        known = lock_queue(session, key).problem == why
        not_before = runtime.now() + (PROBE if known else FIRST_PROBE)
        _set(session, key, attempts=0, problem=why, not_before=not_before)
        log.error("queue_paused", sheet=key, why=why)
        session.commit()


def _set(session: Session, key: str, **values: object) -> None:
    session.execute(update(SheetQueue).where(SheetQueue.sheet == key).values(**values))
