"""The engine on PostgreSQL: Procrastinate carries the turns to any number of processes on any number of machines.

A job says only "this lane wants a turn"; it is deferred in the transaction that made the work, and its lock keeps a
lane's turns one after the other. The job may be lost, doubled or late: what is due stands in links and lanes, each
process's clock looks there, and the lane's lease and token say who may write (`bridge.queue.lease`). So
Procrastinate's own retries are not used, and no ``queueing_lock``: a job that waits is looked for under the
lane's lock instead.
"""

import asyncio
import math
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.engine.worker import WatchedWorker
from bridge.maintenance import retention
from bridge.runtime import Runtime
from bridge.store.unit_of_work import Wishes, lock_queue, wake_after_commit
from bridge.worker import run, schedule
from task_api.db import UNUSABLE, held_alone
from task_api.schema import reason

log = get_logger(__name__)

QUEUE, TURN = "lanes", "turn"
AT_ONCE = 4
"""So many lanes have a turn at once in one process; more processes do more."""
LONGEST_WAIT, SHORTEST_WAIT = 30.0, 0.5
POLL = 0.5
"""Seconds between looks for a job of which no notice came: one that was inserted just as another let go of its lock."""
AGAIN = 1.0
PATIENCE = 5.0
"""Seconds in which a connection of the worker's is to be had; its pool tries ever more rarely to make one."""

_WAITS = text("SELECT 1 FROM procrastinate_jobs WHERE lock = :sheet AND status = 'todo' LIMIT 1")
_WORKERS = text("SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :s) LIMIT 1")


class PostgresEngine:
    """``start``, ``defer``, ``stop``; ``stop`` returns when the turns under way are finished."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        url = make_url(runtime.config.database).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        self._jobs = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=PATIENCE))
        self._jobs.task(name=TURN, queue=QUEUE)(self._take_turns)
        self._door = App(connector=SyncPsycopgConnector())  # it puts jobs into transactions of ours, and opens nothing
        self._stalled = runtime.config.lease.total_seconds() / 4  # it has died: its jobs are taken up again
        self._looks, self._halt = asyncio.Event(), asyncio.Event()
        self._looks_at = math.inf  # by `time.monotonic`; for ever while it looks, and then looks again
        self._stopping = False
        self._lack = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tidy_at = time.monotonic() + 60.0

    def start(self) -> None:
        """Start the worker and its clock in a thread; call it after a fork, never at import."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="engine", daemon=True)
        self._thread.start()

    def defer(self, session: Session, lanes: Wishes) -> Wishes:
        """A turn for each lane in the session's own transaction, unless one waits there already. What is for later is
        left to this process's clock.

        Who saw it waiting, holding the lane, knows that it will look after this commit: it takes the lane first.
        """
        now, works = self._runtime.now(), self._works
        later = {sheet: at for sheet, at in lanes.items() if works and at is not None and at > now}
        for sheet in sorted(lanes.keys() - later.keys()):
            lock_queue(session, sheet)
            if session.scalar(_WAITS, {"sheet": sheet}) is None:
                raw: Any = session.connection().connection.driver_connection
                job = self._door.configure_task(TURN, lock=sheet, queue=QUEUE, connection=raw)
                try:
                    job.defer(sheet=sheet)
                except ConnectorException as error:  # a failure of the transaction like any other
                    raise DBAPIError.instance("defer", None, error.__cause__ or error, psycopg.Error) from error
        return later

    def wake(self, _sheet: str, at: datetime | None) -> None:
        """The clock looks, when it would look too late otherwise."""
        wait = 0.0 if at is None else (at - self._runtime.now()).total_seconds()
        if time.monotonic() + wait < self._looks_at:
            self._call(self._looks)

    @property
    def alive(self) -> bool:
        """True while it works; where others work for this process, True while one of them does."""
        if self._runtime.config.engine:
            return self._works
        with self._runtime.session() as session:
            return session.scalar(_WORKERS, {"s": self._stalled}) is not None

    @property
    def _works(self) -> bool:
        return self._thread is not None and self._thread.is_alive() and not self._stopping

    @property
    def stopping(self) -> bool:
        """True from the moment it is told to stop."""
        return self._stopping

    def stop(self) -> None:
        """Finish the turns under way and end the thread."""
        self._stopping = True
        self._call(self._halt)
        if self._thread is not None:
            self._thread.join()

    def _call(self, event: asyncio.Event) -> None:
        """Set an event of the engine's loop from another thread; nothing while there is none, or none any more."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(event.set)

    async def _run(self) -> None:
        """Work until told to stop; a database that is away is waited for."""
        self._loop, greeted = asyncio.get_running_loop(), False
        while not self._stopping:
            try:
                await asyncio.to_thread(self._reach)
                await self._serve(greeted=greeted)
                greeted = True
            except Exception as error:  # the engine's loop: log and begin again, whatever happened
                if _is_away(error):
                    self._tell(reason(error.__cause__ or error))
                else:
                    log.exception("engine_failed")
                await asyncio.sleep(AGAIN)

    def _reach(self) -> None:
        """Raises what is the matter while the database is away; the worker's own pool would take longer."""
        with self._runtime.database.connect():
            pass

    def _tell(self, lack: str) -> None:
        """Log, once, that the database is away and why; and that it is back."""
        if lack and not self._lack:
            log.error("database_away", why=lack)
        elif self._lack and not lack:
            log.warning("database_back")
        self._lack = lack

    async def _serve(self, *, greeted: bool) -> None:
        """Until told to stop, or one of the two fails or has had enough."""
        try:
            await asyncio.wait_for(self._jobs.open_async(), PATIENCE)
            if not greeted:
                await asyncio.to_thread(schedule.request_full_sweeps, self._runtime)
            await self._work()
        finally:
            await self._jobs.close_async()

    async def _work(self) -> None:
        worker = WatchedWorker(
            self._jobs, queues=[QUEUE], concurrency=AT_ONCE, delete_jobs="always", install_signal_handlers=False,
            fetch_job_polling_interval=POLL,
            update_heartbeat_interval=self._stalled / 4, stalled_worker_timeout=self._stalled,
        )  # fmt: skip
        parts = (worker.run(), self._clock(worker), self._halt.wait())
        working, *others = [asyncio.create_task(part) for part in parts]
        await asyncio.wait([working, *others], return_when=asyncio.FIRST_COMPLETED)
        worker.stop()  # and not cancelled: it finishes its jobs before it goes
        await _cancelled(others)
        for end in await asyncio.gather(working, *others, return_exceptions=True):
            if isinstance(end, Exception):
                raise end

    def _take_turns(self, sheet: str) -> None:
        while not self._stopping and self._is_due(sheet) and run.run(self._runtime, sheet):
            pass
        self._call(self._looks)  # what it left for later is due at a time that nobody else was told

    def _is_due(self, sheet: str) -> bool:
        """A job comes with every change; a lane that waits out a failure or its pace is left to the clock.

        The lane is taken first, and let go of: who counts on this turn (`defer`) holds it until the commit.
        """
        if sheet not in self._runtime.config.sheets:
            return False
        with self._runtime.writing() as session:
            lock_queue(session, sheet)
        now = self._runtime.now()
        return any(one.at <= now for one in schedule.due(self._runtime, [sheet]))

    async def _clock(self, worker: WatchedWorker) -> None:
        while worker.worker_id is None:  # it enters its name first
            await asyncio.sleep(0.01)
        self._tell("")
        jobs = self._jobs.job_manager
        while not self._stopping:
            self._looks.clear()
            wait = await asyncio.to_thread(self._look)
            for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stalled):
                log.warning("worker_died", lane=job.lock)
                await jobs.retry_job(job)
            self._looks_at = time.monotonic() + wait
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looks.wait(), wait)
            self._looks_at = math.inf

    def _look(self) -> float:
        """Defer a turn for every lane whose time has come; the seconds until the next one's."""
        self._tidy()
        wait = LONGEST_WAIT
        for due in schedule.due(self._runtime):
            seconds = (due.at - self._runtime.now()).total_seconds()
            if seconds <= 0:
                with self._runtime.writing() as session:
                    wake_after_commit(session, due.sheet)
                    session.commit()
            wait = min(wait, max(SHORTEST_WAIT, seconds))
        return wait

    def _tidy(self) -> None:
        """Old history put away, by one process at a time."""
        if time.monotonic() < self._tidy_at:
            return
        self._tidy_at = time.monotonic() + retention.EVERY.total_seconds()
        with held_alone(self._runtime.database, "tidy") as alone:
            while alone and not self._stopping and retention.tidy(self._runtime):
                pass


def _is_away(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, ConnectorException) else error
    return isinstance(cause, (*UNUSABLE, psycopg.OperationalError, psycopg.InternalError, TimeoutError))


async def _cancelled(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel them until they have ended: before Python 3.12 `asyncio.wait_for` loses a cancellation that meets a result
    (python/cpython#86296).
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN)
