"""What a transaction has to do when it commits: which sheet queues to wake."""

from datetime import datetime

from sqlalchemy.orm import Session


def wake_after_commit(session: Session, sheet: str, at: datetime | None = None) -> None:
    """Remember that the queue may have work then, or (None) at once; forgotten when the transaction rolls back."""
    queues: dict[str, datetime | None] = session.info.setdefault("queues", {})
    before = queues.get(sheet, at)
    queues[sheet] = None if at is None or before is None else min(at, before)
