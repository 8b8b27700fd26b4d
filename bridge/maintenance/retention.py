"""Deletes old deliveries, ended sign-ins and calls that no quota counts, and archives old changes in files of JSON
lines, one a month. It takes a small portion at a
time, from the oldest end of an index, so that the cost does not grow with the tables.

Never drops a change that still waits for the sheet, nor one that is not yet safely in its file. A crash between file
and database may write a line twice; its id shows it.
"""

import gzip
import json
import os
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.reports.change_list import to_json
from bridge.runtime import Runtime
from bridge.store import quota
from bridge.store.models import Change, ChangeState, Delivery, Link
from task_api import tokens

log = get_logger(__name__)
EVERY = timedelta(hours=1)
AT_ONCE = 1000
KEEP_SIGN_INS = timedelta(days=1)
KEEP_DELIVERIES = timedelta(days=30)
"""A delivery is refused five minutes after it was signed, so nobody sends it again by then."""


def tidy(runtime: Runtime) -> bool:
    """One portion of each; True when there is more to do."""
    now = runtime.now()
    with runtime.writing() as session:
        tokens.forget_ended(session, now - KEEP_SIGN_INS)  # tokens of programs stay, also revoked ones
        quota.forget_calls(session, now)
        forgotten = _forget_deliveries(session, now - KEEP_DELIVERIES)
        session.commit()
    keep = runtime.config.keep_history
    archived = _archive_changes(runtime, now - timedelta(days=keep)) if keep else 0
    if forgotten or archived:
        log.info("history_tidied", deliveries=forgotten, changes=archived)
    return AT_ONCE in {forgotten, archived}


def _forget_deliveries(session: Session, before: datetime) -> int:
    oldest = select(Delivery.id, Delivery.sheet).where(Delivery.received_at < before).order_by(Delivery.received_at)
    found = session.execute(oldest.limit(AT_ONCE)).all()
    for sheet in {one.sheet for one in found}:
        ids = [one.id for one in found if one.sheet == sheet]
        session.execute(delete(Delivery).where(Delivery.sheet == sheet, Delivery.id.in_(ids)))
    return len(found)


def _archive_changes(runtime: Runtime, before: datetime) -> int:
    """The oldest changes by id, which grows with time."""
    with runtime.session() as session:
        found = _oldest(session, before)
    for month, lines in groupby(found, key=lambda line: str(line["at"])[:7]):
        _append(runtime.config.home / "archive" / f"changes-{month}.jsonl.gz", list(lines))
    if found:
        with runtime.writing() as session:
            session.execute(delete(Change).where(Change.id.in_([line["id"] for line in found])))
            session.commit()
    return len(found)


def _oldest(session: Session, before: datetime) -> list[dict[str, object]]:
    done = select(Change, Link).outerjoin(Link, Link.id == Change.link_id).where(Change.state != ChangeState.WAITING)
    first = session.execute(done.order_by(Change.id).limit(AT_ONCE))
    return [to_json(change, link) for change, link in first if change.at < before]


def _append(path: Path, lines: Sequence[dict[str, object]]) -> None:
    """The file with these lines is written aside, and takes its place when all of it is on the disk: a full disk leaves
    the file as it was. What a torn end of an earlier version holds is not carried on, and told.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    aside = path.with_suffix(".new")
    try:
        with aside.open("wb") as file:
            if path.exists():
                file.write(_whole(path))
            file.write(gzip.compress(text.encode()))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # else a power cut may bring the old file back
    finally:
        os.close(folder)


def _whole(path: Path) -> bytes:
    """The file's content. Where its end is torn, what can be read of it, compressed anew; the torn file is kept."""
    content = path.read_bytes()
    unpacked = b""
    try:
        with gzip.open(path) as file:
            while part := file.read1(65536):
                unpacked += part
    except (EOFError, OSError, zlib.error) as error:
        kept = path.with_suffix(".torn")
        kept.write_bytes(content)
        log.error("archive_torn", file=path.name, kept=kept.name, why=str(error))
        return gzip.compress(unpacked[: unpacked.rfind(b"\n") + 1])
    return content
