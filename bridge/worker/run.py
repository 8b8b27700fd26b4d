"""One job of work on one queue: take the lease, sweep or flush, and job failures into a time to try again.

The only place that decides what a failure means for a queue; engines only decide when to call it.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from structlog.contextvars import bound_contextvars
from structlog.stdlib import get_logger

from bridge.core.backoff import backoff
from bridge.errors import Permanent, Throttled, Transient
from bridge.queue.lease import Lease, LostLease, acquire
from bridge.queue.pending import IN_JOB, claim, failed
from bridge.runtime import Runtime
from bridge.store import in_flight_writes, quota
from bridge.store.models import Link, SheetQueue
from bridge.store.unit_of_work import lock_queue
from bridge.sync.misdirected_writes import look_for_unconfirmed
from bridge.worker.flush import flush
from bridge.worker.job import Job
from bridge.worker.sweep import sweep
from task_api.db_errors import UNUSABLE, contended, reason, unusable

log = get_logger(__name__)
PATIENCE = 10.0
PROBE = timedelta(minutes=5)
"""How long a paused queue waits before it looks whether the person has mended what was wrong."""


def begin(runtime: Runtime, key: str) -> Job | None:
    """Take the queue and what is due of it for a job; None while another has it, or its account's quota is used up.
    Who takes it gives it back with `end`.
    """
    with runtime.writing() as session:
        now = runtime.now()
        queue = acquire(session, key, now, runtime.config.lease)
        if queue is None or not quota.take(session, runtime.account(key), runtime.pace, now):
            log.debug("job_postponed", sheet=key, why="another job has the sheet" if queue is None else "quota used up")
            return None
        job = Job(runtime, Lease.of(queue), used_before=runtime.used(key), sure_until=queue.lease_until)
        job.sweep_due, job.troubled = (
            _sweep_due(job, queue, now),
            bool(queue.attempts or queue.problem or queue.not_before),
        )
        job.claimed = None if job.sweep_due else claim(session, key, now)
        session.commit()
    return job


def _sweep_due(job: Job, queue: SheetQueue, now: datetime) -> bool:
    asked = queue.sweep_at is not None and queue.sweep_at <= now
    return asked or queue.swept_at is None or queue.swept_at + timedelta(seconds=job.config.sweep_every) <= now


def end(job: Job) -> None:
    """Give the queue back, unless that is done. A database that is away is waited for while the lease holds the queue
    up, or a while by who is told to stop.
    """
    until, told = time.monotonic() + PATIENCE, False
    while not job.ended:
        try:
            _end(job)
        except UNUSABLE as error:
            over = job.sure_until is None or job.runtime.now() >= job.sure_until or job.runtime.stopping
            if over and time.monotonic() > until:
                raise
            if not told:
                log.warning("job_waits_to_end", sheet=job.lease.sheet, why=reason(error))
                told = True
            time.sleep(0.25)


def _end(job: Job) -> None:
    with job.runtime.writing() as session:
        job.end(session)
        job.commit_end(session)


def run(runtime: Runtime, key: str, chance: Callable[[], float] = random.random) -> bool:
    """One job. True when the queue may have more to do at once. Never raises for what the sheet or Google does."""
    job = begin(runtime, key)
    if job is None:
        return False
    before = IN_JOB.set(True)
    try:
        with bound_contextvars(cause=f"job:{key}:{job.lease.token}"):
            return _run(job, chance)
    finally:
        IN_JOB.reset(before)


def _run(job: Job, chance: Callable[[], float]) -> bool:
    runtime, key = job.runtime, job.lease.sheet
    try:
        return _do(job)
    except LostLease:
        log.warning("lease_lost", sheet=key)
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
    if job.troubled:
        _recovered(job)
    return more


def _recovered(job: Job) -> None:
    with job.runtime.writing() as session:
        _set(session, job.lease.sheet, attempts=0, problem=None, not_before=None)
        session.commit()
    log.info("queue_recovered", sheet=job.lease.sheet)


def _unforeseen(job: Job, error: Exception, chance: float) -> None:
    """What the database does is no link's fault."""
    key = job.lease.sheet
    if contended(error):
        return _failed(job, "others changed the same rows at that moment", chance, None, counts=False)
    log.error("job_failed", sheet=key, exc_info=error)
    if unusable(error):
        return _failed(job, "the bridge's own database could not be used", chance, None, counts=False)
    return _failed(job, "something unexpected happened; the log of the bridge has it", chance, None)


def _failed(job: Job, why: str, chance: float, retry_after: float | None, *, counts: bool = True) -> None:
    """The queue waits; the links at work have one more attempt behind them, when it may be their fault (``counts``)."""
    runtime, key = job.runtime, job.lease.sheet
    with runtime.writing() as session:
        queue = lock_queue(session, key)
        if counts and job.at_work and failed(session, job.at_work, runtime.now(), why, chance):
            queue.attempts = 0  # the sheet could be read: it may be their own fault, so they wait, not the queue
        buried = Link.id.in_(job.at_work), Link.failed_at.is_not(None)
        for link in in_flight_writes.links(session, runtime.now(), *buried):
            look_for_unconfirmed(session, link, runtime.now())
        wait = backoff(queue.attempts + 1, chance, retry_after)
        _set(session, key, attempts=queue.attempts + 1, problem=why, not_before=runtime.now() + timedelta(seconds=wait))
        log.warning("queue_postponed", sheet=key, attempts=queue.attempts, seconds=round(wait, 1), why=why)
        session.commit()


def _paused(runtime: Runtime, key: str, why: str) -> None:
    with runtime.writing() as session:
        _set(session, key, attempts=0, problem=why, not_before=runtime.now() + PROBE)
        log.error("queue_paused", sheet=key, why=why)
        session.commit()


def _set(session: Session, key: str, **values: object) -> None:
    session.execute(update(SheetQueue).where(SheetQueue.sheet == key).values(**values))
