"""Procrastinate's worker, which stops when a part of it has failed; whoever runs it begins again with a new one.

Procrastinate 3.10 watches over its heartbeat and its listener until the first of its side tasks ends, and the one for
periodic tasks ends at once where there are none. A job whose end could not be told to the database stays taken, by a
worker that looks alive.
"""

import asyncio
from typing import Any

from procrastinate.worker import Worker
from structlog.stdlib import get_logger

log = get_logger(__name__)


class WatchedWorker(Worker):
    """Stops when its heartbeat, its listener or the end of a job has failed. Gone, its jobs are taken up again."""

    async def _periodic_deferrer(self) -> None:
        """Nothing is periodic, and it does not end: the watch over the other side tasks would end with it."""
        await asyncio.Event().wait()

    async def _persist_job_status(self, *told: Any, **named: Any) -> None:
        try:
            await super()._persist_job_status(*told, **named)
        except Exception as error:  # whatever it was, the job is still ours in the database
            log.warning("job_end_untold", error=type(error).__name__)
            self.stop()
