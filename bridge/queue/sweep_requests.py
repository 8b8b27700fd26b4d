"""When a sheet is to be compared as a whole: requests for sweeps, kept until one has begun after them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from bridge.store.models import SheetQueue
from bridge.store.unit_of_work import lock_queue, wake_after_commit

MOST_REQUESTS = 100
SWEEP_SOON = timedelta(seconds=3)
"""From the last sign that the sheet may have moved under us to the sweep that makes sure."""


def ask_for_sweep(session: Session, sheet: str, at: datetime) -> None:
    """Compare everything at ``at``. A request is kept until a sweep has begun after it; those of a burst are one."""
    queue, moment = lock_queue(session, sheet), at.timestamp()
    soon = SWEEP_SOON.total_seconds()
    kept = sorted([*(one for one in queue.sweeps if not moment - soon < one < moment), moment])
    _keep(queue, kept[: MOST_REQUESTS // 2] + kept[MOST_REQUESTS // 2 :][-MOST_REQUESTS // 2 :])
    wake_after_commit(session, sheet, at)


def look_now(session: Session, sheet: str) -> datetime | None:
    """End a pause that waited for a person. A queue that waits out a failure keeps its time, which is returned."""
    queue = lock_queue(session, sheet)
    if queue.attempts:
        return queue.not_before
    queue.not_before = None
    wake_after_commit(session, sheet)
    return None


def swept(queue: SheetQueue, began: datetime) -> None:
    """Drop the requests that a sweep which began then has fulfilled."""
    queue.swept_at = began
    _keep(queue, [one for one in queue.sweeps if one > began.timestamp()])


def _keep(queue: SheetQueue, moments: list[float]) -> None:
    queue.sweeps = moments
    queue.sweep_at = datetime.fromtimestamp(moments[0], UTC) if moments else None
