"""One turn of work on one lane: take the lease, sweep or flush, and turn failures into a time to try again.

The only place that decides what a failure means for a lane; engines only decide when to call it.
"""

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bridge.config.logs import TURN, caused_by
from bridge.core.backoff import backoff
from bridge.errors import Permanent, Throttled, Transient
from bridge.queue.lease import LostLease, acquire, hold, release
from bridge.queue.pending import failed
from bridge.runtime import Runtime
from bridge.store import quota, quota_usage
from bridge.store.models import Lane, Link
from bridge.sync.misdirected_writes import lose_sight
from bridge.worker.flush import flush
from bridge.worker.job import Turn
from bridge.worker.sweep import sweep
from task_api.db import UNUSABLE, contended, unusable
from task_api.schema import reason

log = logging.getLogger(__name__)
PATIENCE = 10.0
PROBE = timedelta(minutes=5)
"""How long a paused lane waits before it looks whether the person has mended what was wrong."""


def begin(runtime: Runtime, key: str) -> Turn | None:
    """Take the lane for a turn; None while another has it, or its account's budget is spent. Who takes it gives it
    back with `end`.
    """
    with runtime.writing() as session:
        now = runtime.now()
        lease = acquire(session, key, now, runtime.config.lease)
        if lease is None or not quota.take(session, runtime.account(key), runtime.pace, now):
            return None
        session.commit()
    return Turn(runtime, lease, used_before=runtime.used(key), sure_until=now + runtime.config.lease)


def end(turn: Turn) -> None:
    """Give the lane back, settle what the turn has used, and tell what became of it. A database that is away is waited
    for while the lease holds the lane up, or a while by who is told to stop.
    """
    until, told = time.monotonic() + PATIENCE, False
    while True:
        try:
            return _end(turn)
        except UNUSABLE as error:
            over = turn.sure_until is None or turn.runtime.now() >= turn.sure_until or turn.runtime.stopping
            if over and time.monotonic() > until:
                raise
            if not told:
                log.warning("turn_waits_to_end sheet=%s why=%r", turn.lease.sheet, reason(error))
                told = True
            time.sleep(0.25)


def _end(turn: Turn) -> None:
    runtime, key = turn.runtime, turn.lease.sheet
    reads, writes = (after - before for after, before in zip(runtime.used(key), turn.used_before, strict=True))
    with runtime.writing() as session:
        release(session, turn.lease)
        count = quota_usage.tell(runtime, session, key)
        quota.settle(session, runtime.account(key), runtime.pace, runtime.now(), (reads, writes))
        session.commit()
    quota_usage.told(runtime, key, count)


def run(runtime: Runtime, key: str, chance: Callable[[], float] = random.random) -> bool:
    """One turn. True when the lane may have more to do at once. Never raises for what the sheet or Google does."""
    turn = begin(runtime, key)
    if turn is None:
        return False
    with caused_by(f"{TURN}{key}:{turn.lease.token}"):
        return _run(turn, chance)


def _run(turn: Turn, chance: Callable[[], float]) -> bool:
    runtime, key = turn.runtime, turn.lease.sheet
    try:
        more = _turn(turn)
        _recovered(runtime, key)
        return more
    except LostLease:
        log.warning("lease_lost sheet=%s", key)
        return False
    except Transient as error:
        _failed(turn, str(error), chance(), error.retry_after, counts=not isinstance(error, Throttled))
        return False
    except Permanent as error:
        _paused(runtime, key, str(error))
        return False
    except Exception as error:  # one sheet's unforeseen trouble must not stop the others: log and postpone
        _unforeseen(turn, error, chance())
        return False
    finally:
        end(turn)


def _turn(turn: Turn) -> bool:
    with turn.runtime.session() as session:
        lane = session.get_one(Lane, turn.lease.sheet)
        every = timedelta(seconds=turn.config.sweep_every)
        now = turn.runtime.now()
        sweep_due = (
            lane.swept_at is None
            or lane.swept_at + every <= now
            or (lane.sweep_at is not None and lane.sweep_at <= now)
        )
    if not sweep_due:
        return flush(turn)
    sweep(turn)
    return True


def _recovered(runtime: Runtime, key: str) -> None:
    with runtime.session() as session:
        lane = session.get_one(Lane, key)
        if not (lane.attempts or lane.problem or lane.not_before):
            return
    with runtime.writing() as session:
        _set(session, key, attempts=0, problem=None, not_before=None)
        log.info("lane_recovered sheet=%s", key)
        session.commit()


def _unforeseen(turn: Turn, error: Exception, chance: float) -> None:
    """What the database does is no link's fault."""
    key = turn.lease.sheet
    if contended(error):
        return _failed(turn, "others changed the same rows at that moment", chance, None, counts=False)
    log.error("turn_failed sheet=%s", key, exc_info=error)
    if unusable(error):
        return _failed(turn, "the bridge's own database could not be used", chance, None, counts=False)
    return _failed(turn, "something unexpected happened; the log of the bridge has it", chance, None)


def _failed(turn: Turn, why: str, chance: float, retry_after: float | None, *, counts: bool = True) -> None:
    """The lane waits; the links at work have one more attempt behind them, when it may be their fault (``counts``)."""
    runtime, key = turn.runtime, turn.lease.sheet
    with runtime.writing() as session:
        lane = hold(session, key)
        if counts and turn.at_work and failed(session, turn.at_work, runtime.now(), why, chance):
            lane.attempts = 0  # the sheet could be read: it may be their own fault, so they wait, not the lane
        buried = select(Link).where(Link.id.in_(turn.at_work), Link.buried_at.is_not(None))
        for link in session.scalars(buried):
            lose_sight(session, link, runtime.now())
        wait = backoff(lane.attempts + 1, chance, retry_after)
        _set(session, key, attempts=lane.attempts + 1, problem=why, not_before=runtime.now() + timedelta(seconds=wait))
        log.warning("lane_postponed sheet=%s attempts=%d seconds=%.1f why=%r", key, lane.attempts, wait, why)
        session.commit()


def _paused(runtime: Runtime, key: str, why: str) -> None:
    with runtime.writing() as session:
        _set(session, key, attempts=0, problem=why, not_before=runtime.now() + PROBE)
        log.error("lane_paused sheet=%s why=%r", key, why)
        session.commit()


def _set(session: Session, key: str, **values: object) -> None:
    session.execute(update(Lane).where(Lane.sheet == key).values(**values))
