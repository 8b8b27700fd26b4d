"""Compare all rows of one read with the links, part by part. Changes nothing."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.core.chunks import CHUNK, chunks
from bridge.core.reconcile import Comparison, KnownLead
from bridge.core.values import LARGEST_ID, Row
from bridge.google.snapshot import SheetView
from bridge.store.models import Link
from bridge.sync.known_leads import known_leads
from bridge.sync.misdirected.ids import may_be_ours
from bridge.sync.misdirected.rows import missing_writes
from bridge.worker.job import Job

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many rows are through, and how many there are."""


def without_id(session: Session, view: SheetView, compared: Comparison) -> list[int]:
    """Blank rows with the task number of a lead that is in no row: all that is left of it."""
    lost: set[str] = set()
    named = {int(text) for text in compared.numbered.values() if text.isdecimal()}
    for numbers in chunks([number for number in named if number <= LARGEST_ID]):
        query = select(Link.task_id, Link.lead_id).where(Link.sheet == view.config.key, Link.task_id.in_(numbers))
        lost |= {str(task) for task, lead in session.execute(query) if lead not in compared.places}
    return [row for row, text in compared.numbered.items() if text in lost]


def compare(job: Job, view: SheetView, progress: Progress) -> tuple[Comparison, list[Row]]:
    """Compare every row that was read with its link; rows whose id may be a write of ours are not compared yet but
    returned.
    """
    compared, numbers, ownerless = Comparison(), view.snapshot.numbers, []
    with job.runtime.session() as session:
        missing = missing_writes(session, view.config.key)
        for count, chunk in enumerate(chunks(numbers), 1):
            rows = [view.row(number) for number in chunk]
            known = known_leads(session, view.config, [row.lead_id for row in rows if row.lead_id])
            unclear = [
                row for row in rows if missing and may_be_ours(row, _last_row(known.get(row.lead_id or "")), missing)
            ]
            ownerless += unclear
            compared.add([row for row in rows if row not in unclear], known, view.config.match)
            progress("comparing", min(count * CHUNK, len(numbers)), len(numbers))
    return compared, ownerless


def _last_row(known: KnownLead | None) -> int | None:
    return None if known is None else known.row
