"""Counters for /metrics, one row each; `unit_of_work.Effects.count` adds to them.

They are in the database so that a count commits with what it counts, all processes share it, and it survives a restart.
prometheus-client's files, one for each process, do none of this. A scrape reads a few dozen rows.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.store.models import Count

DELIVERIES, ROWS, CALLS = "deliveries", "delivered_rows", "api_calls"
EDIT_TO_TASK, TASK_TO_CELL = "edit_to_task", "task_to_cell"
BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Seconds: upper bounds of the buckets of `EDIT_TO_TASK` and `TASK_TO_CELL`; what took longer is in ``+Inf``."""
LABELS = (*(str(bound) for bound in BOUNDS), "+Inf")
SUM = "sum"
TAKEN, REPEATED, REFUSED = DELIVERY_OUTCOMES = ("taken", "repeated", "refused")


def read(session: Session, sheets: Sequence[str]) -> dict[tuple[str, str], dict[str, float]]:
    """(sheet key, name) → label → value, of what was ever counted."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for one in session.scalars(select(Count).where(Count.sheet.in_(sheets))):
        found.setdefault((one.sheet, one.name), {})[one.label] = one.value
    return found
