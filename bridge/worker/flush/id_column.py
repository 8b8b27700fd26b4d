"""Whether the leads can be told apart: while the id column is held for a person, what is owed waits."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bridge.google.snapshot import SheetView
from bridge.queue import pending
from bridge.store.models import Link
from bridge.store.unit_of_work import lock_queue
from bridge.sync.columns.agreed import held_columns, usable
from bridge.worker.job import Job

IDS_HELD = timedelta(minutes=5)


def knows_ids(job: Job, view: SheetView, links: Collection[Link]) -> bool:
    """False when the id column is held, or has to be looked at by a sweep: no lead can be told from another."""
    with job.writing() as session:
        health = lock_queue(session, job.key).health
        unagreed = "id" in view.layout.unagreed(health.columns or {}, health.header or ())
        if unagreed and usable(session, view, job.runtime.now()) is None:
            wait_for_ids(session, job, [link.id for link in links])
        session.commit()
    return not unagreed


def wait_for_ids(session: Session, job: Job, ids: Collection[int]) -> None:
    """What is owed waits while the id column is held; a sweep that agrees on it tries at once."""
    if "id" in held_columns(lock_queue(session, job.key).health):
        for link in session.scalars(select(Link).where(Link.id.in_(ids))):
            pending.postpone(link, job.runtime.now() + IDS_HELD, "the id column is another one than before")
