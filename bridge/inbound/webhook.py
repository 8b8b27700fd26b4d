"""POST /hooks/sheets/<key>: signed deliveries from the sheet's script.

Verify the raw body, then one transaction: the rows, their tasks, the links, and the delivery with its reply. A
redelivery finds the recorded one and gets the first reply. Unsigned, late or malformed: nothing is stored.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.config.model import SheetConfig
from bridge.core.mapping import Layout
from bridge.core.outcome import Outcome, RowOutcome
from bridge.inbound.reading import reading_of
from bridge.inbound.schema import All, Hello, Message, Rows, cell, parsed, settings, touched_fields, wire_outcome
from bridge.inbound.signed_request import SignedRequest, body, verified
from bridge.queue.sweep_requests import SWEEP_SOON, ask_for_sweep
from bridge.reports.action_items import missing_columns
from bridge.runtime import Runtime
from bridge.store import counters, notices
from bridge.store.history import By
from bridge.store.models import ActorKind, Delivery, SheetHealth, SheetQueue
from bridge.store.unit_of_work import effects, lock_queue, wake_after_commit
from bridge.sync.apart import ingest_apart, may_be_a_rows
from bridge.sync.columns import agreed as columns
from bridge.sync.context import SyncContext
from bridge.sync.ingest import ingest_rows
from task_api.actor import Actor
from task_api.db_errors import contended
from task_api.errors import Problem

log = get_logger(__name__)
hooks = Blueprint("hooks", __name__)

CHANGED = frozenset(Outcome) - {Outcome.UNCHANGED, Outcome.STALE, Outcome.REFUSED}
"""Outcomes with which an edit has reached its task."""

_REPLY = select(Delivery.reply).where(Delivery.id == bindparam("id"), Delivery.sheet == bindparam("key"))
_TAKEN = insert(Delivery)
ATTEMPTS = 3
IDS_MOVED = "the row is looked at as soon as the bridge knows the id column again"
Ingest = Callable[[SyncContext], list[RowOutcome]]
BURST = timedelta(seconds=2)
"""Deliveries closer together than this may mean that Google dropped one between them (GOOGLE.md section 2)."""


@hooks.post("/hooks/sheets/<key>")
def receive(key: str) -> Response:
    """Take one delivery; 200 with one outcome per row."""
    runtime: Runtime = current_app.extensions["bridge"]
    sheet = runtime.config.sheets.get(key)
    if sheet is None:
        raise Problem(404, f"there is no sheet '{key}' here; check the connection string in the sheet's script")
    sent = body()
    request = verified(runtime, sheet, sent)
    try:
        return jsonify(deliver(runtime, sheet, request, parsed(sent, sheet)))
    except Problem as problem:
        with runtime.writing() as session:
            effects(session).count(key, counters.DELIVERIES, {counters.REFUSED: 1})
            if problem.kind in notices.STRANGERS:
                notices.note_stranger(
                    lock_queue(session, key).health, problem.kind, str(problem.description), runtime.now()
                )
            session.commit()
        raise


def deliver(runtime: Runtime, sheet: SheetConfig, request: SignedRequest, message: Message) -> dict[str, Any]:
    """Take the message in one transaction; the first reply again when the delivery is already recorded."""
    ingest: Ingest = ingest_rows
    for attempt in range(ATTEMPTS):
        try:
            return _deliver(runtime, sheet, request, message, ingest)
        except Exception as error:  # what one row raises must not stop the others
            if attempt == ATTEMPTS - 1 or not (contended(error) or may_be_a_rows(error)):
                raise
            if attempt == ATTEMPTS - 2 or not contended(error):
                ingest = ingest_apart
            log.info("delivery_again", sheet=sheet.key, delivery=request.id)
    raise AssertionError("the last attempt returns or raises")


def _deliver(
    runtime: Runtime, sheet: SheetConfig, request: SignedRequest, message: Message, ingest: Ingest
) -> dict[str, Any]:
    now = runtime.now()
    with runtime.writing() as session:
        queue = lock_queue(session, sheet.key)
        known = {"id": request.id, "key": sheet.key}
        if (first := session.connection().execute(_REPLY, known).scalar_one_or_none()) is not None:
            effects(session).count(sheet.key, counters.DELIVERIES, {counters.REPEATED: 1})
            session.commit()
            log.info("delivery_repeated", sheet=sheet.key, delivery=request.id)
            return dict(first)
        reply = _take(session, sheet, queue, request, message, now, ingest)
        if message.replaced_by and message.replaced_by != runtime.config.connection(sheet.key).partition("#")[0]:
            notices.note_other_bridge(queue.health, message.replaced_by, now)
        taken = {"id": request.id, "sheet": sheet.key, "seq": message.seq, "received_at": now, "reply": reply}
        session.connection().execute(_TAKEN, taken)
        _count_delivery(session, sheet.key, message, [one["outcome"] for one in reply["outcomes"]], runtime.now())
        session.commit()
    log.info("delivery_taken", sheet=sheet.key, delivery=request.id, seq=message.seq, outcomes=len(reply["outcomes"]))
    return reply


def _take(
    session: Session,
    sheet: SheetConfig,
    queue: SheetQueue,
    request: SignedRequest,
    message: Message,
    now: datetime,
    ingest: Ingest,
) -> dict[str, Any]:
    _refuse_other_tab(session, sheet, queue, message, now)
    layout = sheet.mapping.locate([cell(value, None) for value in message.header])
    outcomes: list[RowOutcome] = []
    if isinstance(message, Rows):
        by = By(Actor(ActorKind.DELIVERY, request.id), now)
        known, used, held = _usable(session, sheet, queue, message, layout, now)
        if "id" in used.positions or "id" not in layout.positions:
            outcomes = ingest(SyncContext(session, known, reading_of(known, request, message, used, now), by))
        else:
            outcomes = [RowOutcome(one.row, None, Outcome.REFUSED, reasons=(IDS_MOVED,)) for one in message.rows]
        outcomes = [_with_held(one, held) for one in outcomes] if held else outcomes
        if "sync" in layout.positions and any(one.task_id is None and one.reasons for one in outcomes):
            ask_for_sweep(session, sheet.key, now + SWEEP_SOON)  # it writes the reasons into the sync column
    _record_contact(session, queue, message, now)
    if message.header:
        queue.health.missing, queue.health.doubled = list(layout.missing), list(layout.doubled)
    assigns = sheet.assign_ids and "id" not in columns.held_columns(queue.health)  # no ids beside an id column in doubt
    lacking = missing_columns(queue.health) if queue.health.missing else None
    return {
        "delivery": request.id,
        "outcomes": [wire_outcome(outcome) for outcome in outcomes],
        "settings": settings(sheet, message, layout, assign_ids=assigns) if message.header else None,
        "problem": _pause(queue) or lacking,
    }


def _record_contact(session: Session, queue: SheetQueue, message: Message, now: datetime) -> None:
    """Record the sign of life; ask for a sweep, or end a pause, where it gives reason to."""
    health = queue.health
    if (wait := _sweep_wait(health, message, now)) is not None:
        ask_for_sweep(session, queue.sheet, now + wait)
    if health.held or any(place.why for place in health.columns.values()):  # it may be mended
        ask_for_sweep(session, queue.sheet, now + SWEEP_SOON)
    if _pause(queue):  # the person may just have solved it
        queue.not_before = None
        wake_after_commit(session, queue.sheet)
    health.seq, health.heard_at, health.unsigned_at = max(health.seq, message.seq), now, None
    if message.copies is not None:
        notices.note_copies(health, message.copies, now)
    if isinstance(message, Hello):
        notices.note_other_bridge(health, None, now)
        health.owner = message.owner or None


def _pause(queue: SheetQueue) -> str | None:
    """Why the queue is paused until a person acts; None for a problem that is tried again by itself."""
    return None if queue.attempts else queue.problem


def _count_delivery(session: Session, key: str, message: Message, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Count the delivery and what became of its rows; and how long the edit took, when the script says when it was."""
    noted = effects(session)
    noted.count(key, counters.DELIVERIES, {counters.TAKEN: 1})
    noted.count(key, counters.ROWS, Counter(outcomes))
    at = message.edited.at if isinstance(message, Rows) and message.edited else None
    if at is not None and not CHANGED.isdisjoint(outcomes):
        noted.observe(key, counters.EDIT_TO_TASK, [now.timestamp() - at / 1000])


def _refuse_other_tab(session: Session, sheet: SheetConfig, queue: SheetQueue, message: Message, now: datetime) -> None:
    """Refuse a delivery of another tab, and commit a request for a sweep, which checks the number of our tab."""
    if queue.health.tab_id in {None, message.sheet_id}:
        return
    ask_for_sweep(session, sheet.key, now)
    session.commit()
    raise Problem(
        422,
        f"this connection syncs the tab '{sheet.tab}', and the script is installed in another tab: "
        f"choose Bridge → Install and pick '{sheet.tab}', or name this tab in bridge.toml",
        kind=notices.OTHER_TAB,
    )


def _sweep_wait(health: SheetHealth, message: Message, now: datetime) -> timedelta | None:
    """How soon to compare everything: at once when asked or when a number is missing, soon after a burst; else None."""
    takes_number = isinstance(message, Rows | All)
    expected = health.seq + 1 if takes_number else health.seq
    if isinstance(message, All | Hello) or message.seq > expected:
        return timedelta()
    burst = takes_number and health.heard_at is not None and now - health.heard_at < BURST
    return SWEEP_SOON if burst else None


def _usable(
    session: Session, sheet: SheetConfig, queue: SheetQueue, message: Rows, layout: Layout, now: datetime
) -> tuple[SheetConfig, Layout, Sequence[str]]:
    """Sheet and columns without those in doubt, and what to say of edits in held ones; before the first sweep all."""
    health = queue.health
    if not health.columns or not layout.unagreed(health.columns, health.header or ()):
        return sheet, layout, ()
    return columns.delivered(session, sheet, layout, touched_fields(message, layout), len(message.rows), now)


def _with_held(one: RowOutcome, held: Sequence[str]) -> RowOutcome:
    outcome = Outcome.REFUSED if one.outcome is Outcome.UNCHANGED else one.outcome
    return replace(one, outcome=outcome, reasons=(*one.reasons, *held))
