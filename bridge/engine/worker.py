"""Procrastinate's worker, kept at work: another one follows when a part of it has failed or the database was away, and
the jobs of the dead are given back. Knows nothing of sheets.
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
"""Seconds between looks for a job that nobody was notified of: its time has come, or its lock is free."""
AGAIN = 1.0
PATIENCE = 5.0
"""Seconds to wait for a connection of the worker's; its pool tries ever more rarely to make one."""


class SupervisedWorker:
    """``run`` returns after ``halt``, when the jobs under way have ended. ``stalled``: seconds without a heartbeat that
    make a worker dead. ``prepare`` is called before each worker starts, and raises while there is no database.
    """

    def __init__(self, app: App, stalled: float, prepare: Callable[[], None], halt: threading.Event) -> None:
        self._app, self._stalled, self._prepare, self._halt = app, stalled, prepare, halt
        self._lack = ""
        self._left: int | None = None
        task = app.task(name="give_back_stalled", queue=QUEUE)(self._give_back_stalled)
        app.periodic(cron=f"* * * * * */{max(1, min(30, int(stalled)))}")(task)

    def run(self) -> None:
        """Work until told to stop; a database that is away is waited for."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        halted = asyncio.create_task(asyncio.to_thread(self._halt.wait))
        while not halted.done():
            try:
                await asyncio.to_thread(self._prepare)
                await self._serve(halted)
            except Exception as error:  # the engine's loop: log and begin again, whatever happened
                if _is_away(error):
                    self._tell(reason(error.__cause__ or error))
                else:
                    log.exception("engine_failed")
                await asyncio.wait([halted], timeout=AGAIN)

    async def _serve(self, halted: asyncio.Task[bool]) -> None:
        try:
            await asyncio.wait_for(self._app.open_async(), PATIENCE)
            if self._left is not None:
                await self._app.job_manager.unregister_worker(self._left)
            await self._give_back_stalled()
            await self._supervise(halted)
        finally:
            await self._app.close_async()

    async def _supervise(self, halted: asyncio.Task[bool]) -> None:
        """One worker, which finishes its jobs when it is told to stop or a part of it fails."""
        worker = Worker(
            self._app, queues=[QUEUE], concurrency=AT_ONCE, delete_jobs="always", install_signal_handlers=False,
            fetch_job_polling_interval=POLL, worker_middleware=[_watched],
            update_heartbeat_interval=self._stalled / 4, stalled_worker_timeout=self._stalled,
        )  # fmt: skip
        running = asyncio.create_task(worker.run())
        while not (await asyncio.wait([running, halted], timeout=AGAIN, return_when=asyncio.FIRST_COMPLETED))[0]:
            if worker.worker_id is not None:
                self._tell("")
        worker.stop()
        try:
            await running
        finally:
            self._left = worker.worker_id  # still registered when it could not tell the database that it ends

    async def _give_back_stalled(self, timestamp: int = 0) -> None:  # noqa: ARG002 - of every periodic task
        """What a dead worker had taken is for others to take."""
        jobs = self._app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=self._stalled):
            log.warning("job_given_back", task=job.task_name, lock=job.lock)
            await jobs.retry_job(job)

    def _tell(self, lack: str) -> None:
        """Log, once, that the database is away and why; and that it is back."""
        if lack and not self._lack:
            log.error("database_away", why=lack)
        elif self._lack and not lack:
            log.warning("database_back")
        self._lack = lack


async def _watched(call: AsyncCallNext, _context: JobContext, worker: Worker) -> Any:
    """Procrastinate's middleware around each job, in a task of its own that fails when the end cannot be told to the
    database: the job would stay taken by a worker that looks alive.
    """
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in one
    task.add_done_callback(partial(_stop_if_untold, worker))
    return await call()


def _stop_if_untold(worker: Worker, task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.warning("job_end_untold", error=type(error).__name__)
        worker.stop()


def _is_away(error: Exception) -> bool:
    cause = error.__cause__ if isinstance(error, ConnectorException) else error
    return isinstance(cause, (*UNUSABLE, psycopg.OperationalError, psycopg.InternalError, TimeoutError))
