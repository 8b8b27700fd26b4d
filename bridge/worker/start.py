"""What a process does with the sheet queues before it works on them: make them, take them over, ask for sweeps."""

from sqlalchemy import update
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.errors import Permanent
from bridge.queue.sweep_requests import ask_for_sweep, look_now
from bridge.runtime import Runtime
from bridge.store import notices
from bridge.store.future import date_anew
from bridge.store.models import Link, SheetHealth, SheetQueue
from bridge.store.unit_of_work import last_token, lock_queue
from task_api.db import exclusive

log = get_logger(__name__)


def prepare(runtime: Runtime) -> None:
    """Make a queue for every configured sheet, and notice a database that has lost its last commits. Raises `Permanent`
    when a sheet's key now names another spreadsheet.
    """
    with runtime.writing() as session:
        exclusive(session, "start", "queues")
        for key, sheet in runtime.config.sheets.items():
            queue = session.get(SheetQueue, key)
            if queue is None:
                queue = SheetQueue(sheet=key, spreadsheet=sheet.spreadsheet, token=0, health=SheetHealth())
                session.add(queue)
            elif queue.spreadsheet != sheet.spreadsheet:
                raise Permanent(
                    f"sheet '{key}' was linked with spreadsheet {queue.spreadsheet}, "
                    f"now bridge.toml names {sheet.spreadsheet}: "
                    "give the new spreadsheet a key of its own"
                )
            _notice_loss(runtime, session, queue)
        session.commit()


def _notice_loss(runtime: Runtime, session: Session, queue: SheetQueue) -> None:
    """The home has seen a later job than the database knows of; its numbers go on from there."""
    seen = last_token(runtime.lease_file(queue.sheet))
    if seen <= queue.token:
        return
    log.error("database_older", sheet=queue.sheet, job=queue.token, seen=seen, why=notices.OLDER)
    queue.token = seen
    notices.note_older(queue.health, runtime.now())
    session.flush()
    ask_for_sweep(session, queue.sheet, runtime.now())


def take_over(runtime: Runtime) -> None:
    """After winning the election: end the leases of the process before, and compare every sheet once."""
    now = runtime.now()
    with runtime.writing() as session:
        session.execute(update(SheetQueue).values(lease_until=None, not_before=None))
        for key in runtime.config.sheets:
            date_anew(session, key, now)
            ask_for_sweep(session, key, now)
        session.commit()


def request_full_sweeps(runtime: Runtime) -> None:
    """When a process begins to work, beside others or alone: compare every sheet once, also a paused one."""
    for key in sorted(runtime.config.sheets):
        with runtime.writing() as session:
            look_now(session, key)
            date_anew(session, key, runtime.now())
            ask_for_sweep(session, key, runtime.now())
            session.commit()


def clock_set_back(runtime: Runtime, seconds: float) -> None:
    """The clock was set back by so much: nothing waits until it is again as late as it was."""
    log.warning("clock_set_back", seconds=round(seconds, 1))
    for key in sorted(runtime.config.sheets):
        with runtime.writing() as session:
            now = runtime.now()
            lock_queue(session, key).not_before = None
            late = Link.sheet == key, Link.wanted > Link.written, Link.next_try > now
            session.execute(update(Link).where(*late).values(next_try=now))
            date_anew(session, key, now)
            ask_for_sweep(session, key, now)
            session.commit()
