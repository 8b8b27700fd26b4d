"""Supervises Procrastinate's worker: restarts it after failures and database outages, and requeues the jobs of dead
workers. Knows nothing of sheets.
"""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.middleware import AsyncCallNext
from procrastinate.worker import Worker
from structlog.stdlib import get_logger

from task_api.db_errors import UNUSABLE, reason

log = get_logger(__name__)

QUEUE = "sheets"
AT_ONCE = 4
"""Jobs that one process runs at once; more processes do more."""
POLL = 0.5
"""Polling interval for jobs that cause no notification: their time has come, or their lock is free."""
AGAIN = 1.0
CONNECT_TIMEOUT = 5.0
"""Seconds to wait for a connection; the pool's own attempts become ever rarer."""


class SupervisedWorker:
    """``run`` returns after ``halt``, when the jobs under way have ended. A worker without a heartbeat for ``stalled``
    seconds counts as dead. ``prepare`` runs before each worker starts; it raises while there is no database. ``watch``
    runs every second beside it.
    """

    def __init__(
        self, app: App, stalled: float, prepare: Callable[[], None], watch: Callable[[], None], halt: threading.Event
    ) -> None:
        self._app, self._stalled, self._prepare, self._watch, self._halt = app, stalled, prepare, watch, halt
        self._outage = ""
        self._ended: int | None = None
        task = app.task(name="give_back_stalled", queue=QUEUE)(self._give_back_stalled)
        app.periodic(cron=f"* * * * * */{max(1, min(30, int(stalled)))}")(task)

    def run(self) -> None:
        """Work until ``halt``; wait while the database is away."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        halted = asyncio.create_task(asyncio.to_thread(self._halt.wait))
        while not halted.done():
            try:
                await asyncio.to_thread(self._prepare)
                await self._serve(halted)
            except Exception as error:  # the engine's loop: log and start again, whatever happened
                if _is_away(error):
                    self._log_outage(reason(error.__cause__ or error))
                else:
                    log.exception("engine_failed")
                await asyncio.wait([halted], timeout=AGAIN)

    async def _serve(self, halted: asyncio.Task[bool]) -> None:
        try:
            await asyncio.wait_for(self._app.open_async(), CONNECT_TIMEOUT)
            if self._ended is not None:
                await self._app.job_manager.unregister_worker(self._ended)
            await self._give_back_stalled()
            await self._supervise(halted)
        finally:
            await self._app.close_async()

    async def _supervise(self, halted: asyncio.Task[bool]) -> None:
        """Run one worker; it finishes its jobs after ``halt`` or when a part of it fails."""
        worker = Worker(
            self._app, queues=[QUEUE], concurrency=AT_ONCE, delete_jobs="always", install_signal_handlers=False,
            fetch_job_polling_interval=POLL, worker_middleware=[_watch],
            update_heartbeat_interval=self._stalled / 4, stalled_worker_timeout=self._stalled,
        )  # fmt: skip
        running = asyncio.create_task(worker.run())
        while not (await asyncio.wait([running, halted], timeout=AGAIN, return_when=asyncio.FIRST_COMPLETED))[0]:
            if worker.worker_id is not None:
                self._log_outage("")
            await asyncio.to_thread(self._watch)
        worker.stop()
        try:
            await running
        finally:
            self._ended = worker.worker_id  # still registered if the database was away at its end

    async def _give_back_stalled(self, timestamp: int = 0) -> None:  # noqa: ARG002 - of every periodic task
        """Requeue the jobs of dead workers."""
        jobs = self._app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stalled):
            log.warning("job_given_back", task=job.task_name, lock=job.lock)
            await jobs.retry_job(job)

    def _log_outage(self, outage: str) -> None:
        """Log once that the database is unreachable and why, and once that it is back."""
        if outage and not self._outage:
            log.error("database_away", why=outage)
        elif self._outage and not outage:
            log.warning("database_back")
        self._outage = outage


async def _watch(call: AsyncCallNext, _context: JobContext, worker: Worker) -> Any:
    """Procrastinate's middleware around each job. The job's asyncio task fails when its end cannot be stored; the job
    would stay locked by a worker that looks alive, so the worker stops.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    task.add_done_callback(partial(_stop_if_unstored, worker))
    return await call()


def _stop_if_unstored(worker: Worker, task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning("job_end_unstored", error=type(error).__name__)
        worker.stop()


def _is_away(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, ConnectorException) else error
    return isinstance(cause, (*UNUSABLE, psycopg.OperationalError, psycopg.InternalError, TimeoutError))
