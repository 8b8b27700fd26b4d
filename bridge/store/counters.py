"""Counts that only grow, for /metrics: one short row each, beside what they count (`unit_of_work.Effects.count`).

In the database, because what is counted commits there: so a count and its fact commit together, a redelivery that is
rolled back was never counted, several processes (and commands beside them) count as one, and a restart goes on where
the last process ended. prometheus-client's files, one a process, could promise none of it. A scrape reads a few dozen
rows, however long the history.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.store.models import Count

DELIVERIES, ROWS, CALLS = "deliveries", "delivered_rows", "api_calls"
EDIT_TO_TASK, TASK_TO_CELL = "edit_to_task", "task_to_cell"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds: the upper ends of the buckets of `EDIT_TO_TASK` and `TASK_TO_CELL`; longer ones are in ``+Inf``."""
LABELS = (*(str(bound) for bound in BOUNDS), "+Inf")
SUM = "sum"
TAKEN, REPEATED, REFUSED = FATES = ("taken", "repeated", "refused")


def read(session: Session, sheets: Sequence[str]) -> dict[tuple[str, str], dict[str, float]]:
    """(sheet key, name) → label → value; what was never counted is left out."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for one in session.scalars(select(Count).where(Count.sheet.in_(sheets))):
        found.setdefault((one.sheet, one.name), {})[one.label] = one.value
    return found
