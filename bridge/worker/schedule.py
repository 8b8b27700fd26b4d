"""Which sheet queues have work, and when. Decides only about time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select, update

from bridge.errors import Permanent
from bridge.queue.sweep_requests import ask_for_sweep, look_now
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.store.models import Link, SheetQueue
from task_api.db import exclusive

_TIMES = select(
    SheetQueue.sheet, SheetQueue.swept_at, SheetQueue.sweep_at, SheetQueue.not_before, SheetQueue.lease_until,
    select(func.min(Link.next_try)).where(Link.sheet == SheetQueue.sheet, Link.wanted > Link.written)
    .scalar_subquery().label("pending"),
)  # fmt: skip


@dataclass(frozen=True)
class Due:
    """A queue that wants a job, and when."""

    sheet: str
    at: datetime


def prepare(runtime: Runtime) -> None:
    """Make sure every configured sheet has its queue; a sheet key cannot change its spreadsheet without anyone
    noticing.
    """
    with runtime.writing() as session:
        exclusive(session, "start", "queues")
        for key, sheet in runtime.config.sheets.items():
            queue = session.get(SheetQueue, key)
            if queue is None:
                session.add(
                    SheetQueue(sheet=key, spreadsheet=sheet.spreadsheet, seq=0, attempts=0, token=0, settings={})
                )
            elif queue.spreadsheet != sheet.spreadsheet:
                raise Permanent(
                    f"sheet '{key}' was linked with spreadsheet {queue.spreadsheet}, "
                    f"now bridge.toml names {sheet.spreadsheet}: "
                    "give the new spreadsheet a key of its own"
                )
        session.commit()


def take_over(runtime: Runtime) -> None:
    """After winning the election: whoever held a lease is gone; compare every sheet once."""
    now = runtime.now()
    with runtime.writing() as session:
        session.execute(update(SheetQueue).values(lease_until=None, not_before=None))
        for key in runtime.config.sheets:
            ask_for_sweep(session, key, now)
        session.commit()


def request_full_sweeps(runtime: Runtime) -> None:
    """A process begins to work beside others, or as the first: compare every sheet once, also one that was paused."""
    for key in sorted(runtime.config.sheets):
        with runtime.writing() as session:
            look_now(session, key)
            ask_for_sweep(session, key, runtime.now())
            session.commit()


def due(runtime: Runtime, keys: Collection[str] | None = None) -> list[Due]:
    """Every queue with work (of these), earliest first; one that waits out a failure is due when it may try again."""
    now = runtime.now()
    with runtime.session() as session:
        waits = quota.waits(session, runtime.pace, now)
        asked = runtime.config.sheets if keys is None else keys
        queues = session.execute(_TIMES.where(SheetQueue.sheet.in_(asked)))  # no objects: asked at every wake
        wanted = [Due(queue.sheet, _due_at(runtime, queue, waits, now)) for queue in queues]
    return sorted(wanted, key=lambda due: due.at)


def _due_at(runtime: Runtime, queue: Row[*tuple[Any, ...]], waits: Mapping[str, float], now: datetime) -> datetime:
    every = timedelta(seconds=runtime.config.sheets[queue.sheet].sweep_every)
    swept = queue.swept_at + every if queue.swept_at else now
    wanted = min(at for at in (queue.pending, queue.sweep_at, swept) if at is not None)
    wait = waits.get(runtime.account(queue.sheet), 0.0)
    paid = now + timedelta(seconds=wait) if wait else None
    return max(at for at in (wanted, queue.not_before, queue.lease_until, paid) if at is not None)
