"""The engine on PostgreSQL: Procrastinate runs the jobs, in any number of processes on any number of machines.

A job says only "look at this sheet". It is deferred in the transaction that made the work, scheduled for when the work
is due, and has its sheet's lock, so that one runs at a time. A job may be lost, doubled or late: links and sheet queues
say what is due, and the queue's lease says who may write (`bridge.worker.job`).

A failure delays the whole sheet: it becomes the queue's ``not_before``, for which the next job is scheduled.
Procrastinate's retry is for a job that lost the database. No job has a ``queueing_lock``, which would break that retry
(procrastinate#1543).
"""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector, RetryStrategy, SyncPsycopgConnector
from procrastinate.exceptions import ConnectorException
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bridge.engine.worker import CONNECT_TIMEOUT, QUEUE, SupervisedWorker
from bridge.maintenance import retention
from bridge.runtime import Runtime
from bridge.store.clock import StepBack
from bridge.store.unit_of_work import WakeUps, lock_queue, wake_after_commit
from bridge.worker import run, start
from task_api.db_errors import UNUSABLE

JOB = "work_on_sheet"
RETENTION = "leadbridge:retention"
"""Lock of the periodic retention job; no sheet's key can equal it."""
PAUSE = timedelta(seconds=0.5)
"""The least time between two jobs of a sheet that has work left over."""
LONG_AGO, START = datetime(1970, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)

_FIRST_JOB = text(
    "SELECT clock_timestamp(), min(coalesce(scheduled_at, 'epoch')) FROM procrastinate_jobs "
    "WHERE lock = :sheet AND status = 'todo'"
)
_WORKERS = text("SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :s) LIMIT 1")


class PostgresEngine:
    """``start``, ``defer``, ``stop``; ``stop`` returns when running jobs have ended."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        url = make_url(runtime.config.database).set(drivername="postgresql")
        address = url.render_as_string(hide_password=False)
        app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=4, timeout=CONNECT_TIMEOUT))
        app.task(name=JOB, queue=QUEUE, retry=RetryStrategy(wait=1, retry_exceptions=UNUSABLE))(self._work)
        app.periodic(cron="* * * * *")(app.task(name="look_after_sheets", queue=QUEUE)(self._look_after_sheets))
        app.periodic(cron="17 * * * *")(app.task(name="retention", queue=QUEUE, lock=RETENTION)(self._tidy))
        self._sync_app = App(connector=SyncPsycopgConnector())  # defers in our transactions, opens no connection
        self._stalled = runtime.config.lease.total_seconds() / 4
        self._halt, self._sweeps_requested = threading.Event(), False
        self.trouble = ""  # who is stopped loses its leases to others
        self._worker = SupervisedWorker(app, self._stalled, self._prepare, self._follow_clock, self._halt)
        self._step = StepBack(runtime.now)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the worker in a thread; call it after a fork, never at import."""
        self._thread = threading.Thread(target=self._worker.run, name="engine", daemon=True)
        self._thread.start()

    def defer(self, session: Session, wake_ups: WakeUps) -> None:
        """A job for each sheet in the session's own transaction, unless one waits that is due no later.

        The queue is locked here and by the waiting job before it looks (`_is_due`), so that job sees this commit.
        """
        now = self._runtime.now()
        for sheet, at in sorted(wake_ups.items()):
            lock_queue(session, sheet)
            self._defer(session, sheet, timedelta() if at is None else at - now)

    def _defer(self, session: Session, sheet: str, wait: timedelta) -> None:
        """By the database's clock. Of two jobs with one lock Procrastinate runs the older first, even if that one is
        scheduled for later, unless the younger has a higher priority: what is due earlier has a higher one.
        """
        now, first = session.execute(_FIRST_JOB, {"sheet": sheet}).one()
        at = now + wait if wait > timedelta() else None
        if first is not None and first <= (at or LONG_AGO):
            return
        raw: Any = session.connection().connection.driver_connection
        priority = int((START - (at or now)).total_seconds())
        job = self._sync_app.configure_task(
            JOB, queue=QUEUE, lock=sheet, schedule_at=at, priority=priority, connection=raw
        )
        try:
            job.defer(sheet=sheet)
        except ConnectorException as error:  # a failure of the transaction like any other
            raise DBAPIError.instance("defer", None, error.__cause__ or error, psycopg.Error) from error

    def wake(self, _sheet: str, _at: datetime | None) -> None:
        """Do nothing: the job came with the commit."""

    @property
    def alive(self) -> bool:
        """True while it works; with ``engine = false``, while any worker does."""
        if self._runtime.config.engine:
            return self._thread is not None and self._thread.is_alive() and not self.stopping
        with self._runtime.session() as session:
            return session.scalar(_WORKERS, {"s": self._stalled}) is not None

    @property
    def stopping(self) -> bool:
        """True as soon as `stop` was called."""
        return self._halt.is_set()

    def stop(self) -> None:
        """Finish the jobs under way and end the thread."""
        self._halt.set()
        if self._thread is not None:
            self._thread.join()

    def _prepare(self) -> None:
        """Raise while the database is unreachable. The first time, request a sweep of every sheet."""
        with self._runtime.database.connect():
            pass
        if not self._sweeps_requested:
            start.request_full_sweeps(self._runtime)
            self._sweeps_requested = True

    def _follow_clock(self) -> None:
        """After the database's clock was set back, jobs that were scheduled by it are made anew."""
        if seconds := self._step.seconds:
            start.clock_set_back(self._runtime, seconds)
            self._step.forget()

    def _work(self, sheet: str) -> None:
        """Work on the sheet while it is due, and leave a job for when it is due again."""
        if sheet not in self._runtime.config.sheets:
            return
        while not self.stopping and self._is_due(sheet) and run.run(self._runtime, sheet):
            pass
        for due in run.due(self._runtime, [sheet]):
            self._schedule(sheet, max(due.at, self._runtime.now() + PAUSE))

    def _is_due(self, sheet: str) -> bool:
        """Lock the queue for a moment first: a transaction that relies on this job (`defer`) holds the lock itself."""
        with self._runtime.writing() as session:
            lock_queue(session, sheet)
        now = self._runtime.now()
        return any(one.at <= now for one in run.due(self._runtime, [sheet]))

    def _schedule(self, sheet: str, at: datetime) -> None:
        with self._runtime.writing() as session:
            wake_after_commit(session, sheet, at)
            session.commit()

    def _look_after_sheets(self, timestamp: int) -> None:  # noqa: ARG002 - of every periodic task
        """Re-create jobs that were lost."""
        for due in run.due(self._runtime):
            self._schedule(due.sheet, due.at)

    def _tidy(self, timestamp: int) -> None:  # noqa: ARG002
        """Archive old history."""
        while not self.stopping and retention.tidy(self._runtime):
            pass
