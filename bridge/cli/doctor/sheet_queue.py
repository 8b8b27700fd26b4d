"""Checks of one sheet's queue: does its script send, is its signature accepted, does anything wait for a person?"""

import time
import uuid
from collections.abc import Iterator
from datetime import datetime

import requests
from sqlalchemy.orm import Session

from bridge.cli.doctor.finding import Finding
from bridge.cli.doctor.machine import TIMEOUT
from bridge.config.model import Config, SheetConfig
from bridge.core.signature import sign
from bridge.reports.action_items import counts, silence
from bridge.store.models import SheetHealth, SheetQueue
from bridge.store.notices import notices
from bridge.sync.columns.agreed import held_columns


def script(session: Session, sheet: SheetConfig, now: datetime) -> Iterator[Finding]:
    """When the sheet's script last sent something."""
    health = session.get(SheetHealth, sheet.key)
    if health is None:
        yield Finding("problem", "this sheet has never been served", "start the bridge once")
    elif (silent := silence(health, now)) is not None:
        said, _, mend = silent.partition(": ")
        yield Finding("problem", said, mend or silent)
    elif health.heard_at is not None:
        owner = f", its triggers are {health.owner}'s" if health.owner else ""
        yield Finding("ok", f"heard of {(now - health.heard_at).total_seconds():.0f} s ago{owner}")
    for _kind, why in notices(health, now) if health is not None else ():
        yield Finding("warning", *why.split(": ", 1))


def work(session: Session, sheet: SheetConfig, _now: datetime) -> Iterator[Finding]:
    """Failed writes and open items."""
    queue, numbers = session.get(SheetQueue, sheet.key), counts(session, [sheet.key])[sheet.key]
    held = held_columns(queue.health) if queue else {}
    problem, held_why = (queue.problem, queue.health.held_why) if queue else (None, None)
    waiting = numbers.conflicts + numbers.refused
    if problem:
        yield Finding("problem", f"the queue waits: {problem}", "mend that; the bridge looks again by itself")
    if held_why:
        yield Finding("warning", held_why, "leadbridge approve, or bring the rows back")
    for name, place in held.items():
        mend = f"leadbridge approve --column {name} --sheet {sheet.key}, or head the columns otherwise"
        yield Finding("warning", place.why, mend)
    if numbers.buried:
        yield Finding("problem", f"dead letters: {numbers.buried}", "leadbridge needs, then leadbridge retry --all")
    if waiting:
        yield Finding("warning", f"leads with a conflict or a refused cell: {waiting}", "leadbridge needs")
    if not (problem or held_why or held or numbers.buried or waiting):
        yield Finding("ok", f"{numbers.pending} writes under way, nothing stuck")


def signature(config: Config, sheet: SheetConfig) -> Iterator[Finding]:
    """Send an empty signed request: a bridge with the same secret refuses its content, another its signature."""
    if not sheet.secrets:
        yield Finding("problem", "this sheet has no secret yet", "start the bridge once")
        return
    body, message_id, now = b"{}", f"msg_{uuid.uuid4()}", int(time.time())
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(now),
        "webhook-signature": sign(sheet.secrets[0], message_id, now, body),
    }
    address = f"{config.public_url}/hooks/sheets/{sheet.key}"
    try:
        status = requests.post(address, data=body, headers=headers, timeout=TIMEOUT).status_code
    except requests.RequestException as error:
        yield Finding("problem", f"{address} gives no answer ({type(error).__name__})", "see 'public address' above")
        return
    if status == 422:
        yield Finding("ok", "a signed request arrives unchanged")
    elif status == 401:
        yield Finding("problem", "the running bridge has another secret", "restart it with this configuration")
    else:
        yield Finding("problem", f"{address} answers {status}", "check that the proxy does not change request bodies")
