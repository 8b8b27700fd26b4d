"""Checks of one sheet's queue: is its script heard of, does its signature hold, does anything wait for a person?"""

import time
import uuid
from collections.abc import Iterator
from datetime import datetime

import requests
from sqlalchemy.orm import Session

from bridge.cli.doctor.finding import Finding, ok, problem, warning
from bridge.cli.doctor.machine import TIMEOUT
from bridge.config.model import Config, SheetConfig
from bridge.core.signature import sign
from bridge.reports.action_items import Counts, counts, silence
from bridge.store.models import SheetQueue


def script(session: Session, sheet: SheetConfig, now: datetime) -> Iterator[Finding]:
    """When the sheet's script was last heard of."""
    queue = session.get(SheetQueue, sheet.key)
    if queue is None:
        yield problem("script", "this sheet has never been served", "start the bridge once")
    elif (silent := silence(queue, now)) is not None:
        said, _, mend = silent.partition(": ")
        yield problem("script", said, mend or silent)
    elif queue.heard_at is not None:
        yield ok("script", f"heard of {(now - queue.heard_at).total_seconds():.0f} s ago" + _owner(queue))


def work(session: Session, sheet: SheetConfig, _now: datetime) -> Iterator[Finding]:
    """What stands still or waits for a person."""
    queue, numbers = session.get(SheetQueue, sheet.key), counts(session, [sheet.key]).get(sheet.key, Counts())
    if queue is not None and queue.problem:
        yield problem("work", f"the queue waits: {queue.problem}", "mend that; the bridge looks again by itself")
    if queue is not None and queue.held_why:
        yield warning("work", queue.held_why, "leadbridge approve, or bring the rows back")
    if numbers.buried:
        yield problem("work", f"dead letters: {numbers.buried}", "leadbridge needs, then leadbridge retry --all")
    if waiting := numbers.conflicts + numbers.refused:
        yield warning("work", f"leads with a conflict or a refused cell: {waiting}", "leadbridge needs")
    if not (numbers.buried or waiting or (queue is not None and (queue.problem or queue.held_why))):
        yield ok("work", f"{numbers.pending} writes under way, nothing stuck")


def signature(config: Config, sheet: SheetConfig) -> Iterator[Finding]:
    """An empty letter, rightly signed: a bridge that shares the secret refuses its content, another its signature."""
    body, message_id, now = b"{}", f"msg_{uuid.uuid4()}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(sheet.secrets[0], message_id, now, body),
    }
    address = f"{config.public_url}/hooks/sheets/{sheet.key}"
    try:
        answer = requests.post(address, data=body, headers=headers, timeout=TIMEOUT)
    except requests.RequestException as error:
        yield problem("signature", f"{address} gives no answer ({type(error).__name__})", "see 'public address' above")
        return
    if answer.status_code == 422:
        yield ok("signature", "a signed letter comes through whole")
    elif answer.status_code == 401:
        yield problem("signature", "the running bridge has another secret", "restart it with this configuration")
    else:
        yield problem("signature", f"{address} answers {answer.status_code}", "does the proxy pass bodies on whole?")


def _owner(queue: SheetQueue) -> str:
    return f", its triggers are {queue.owner}'s" if queue.owner else ""
