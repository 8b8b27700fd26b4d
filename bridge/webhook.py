"""POST /hooks/sheets/<key>: signed deliveries from the sheet's script.

Verify the raw body, then one transaction: the rows, their tasks, the links, and the delivery with its reply. A
redelivery collides with the recorded one and gets the first reply. Unsigned, late or malformed: nothing is stored.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from flask import Blueprint, Response, current_app, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bridge.batch import Batch, Outcome, Reading
from bridge.config import SheetConfig
from bridge.core.lead import Cell, Day
from bridge.core.mapping import Layout
from bridge.core.signature import BadSignature, verify
from bridge.models import Delivery, Lane
from bridge.needs import missing_columns
from bridge.outbox import SWEEP_SOON, ask_for_sweep, wake_after_commit
from bridge.rows import take
from bridge.runtime import Runtime
from task_api.errors import Problem

log = logging.getLogger(__name__)
hooks = Blueprint("hooks", __name__)

LARGEST = 2 * 1024 * 1024
MOST_ROWS = 500
UNSIGNED_EVERY = timedelta(minutes=1)
BURST = timedelta(seconds=2)
"""Deliveries closer together than this may mean that Google dropped one between them (GOOGLE.md section 2)."""


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Day(_Wire):
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")


class _Row(_Wire):
    row: int = Field(ge=2, le=10_000_000)
    cells: list[str | bool | int | float | _Day | None] = Field(max_length=1000)
    shown: list[str] = Field(max_length=1000)


class _Edited(_Wire):
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    typed: str = Field("", max_length=50_000)


class _Message(_Wire):
    seq: int = Field(ge=0, lt=2**53)
    spreadsheet: str = Field(max_length=200)
    sheet_id: int
    time_zone: str = Field("", max_length=100)
    header: list[str | bool | int | float | _Day | None] = Field([], max_length=1000)


class _Rows(_Message):
    type: Literal["rows"]
    rows: list[_Row] = Field(max_length=MOST_ROWS)
    edited: _Edited | None = None


class _All(_Message):
    type: Literal["all"]


class _Hello(_Message):
    type: Literal["hello"]
    owner: str = Field("", max_length=320)


class _Heartbeat(_Message):
    type: Literal["heartbeat"]


_MESSAGE: TypeAdapter[_Rows | _All | _Hello | _Heartbeat] = TypeAdapter(
    Annotated[_Rows | _All | _Hello | _Heartbeat, Field(discriminator="type")]
)


@dataclass(frozen=True)
class _Letter:
    """What stands on the envelope: the delivery's id, and when it was signed by the sheet's clock."""

    id: str
    signed: datetime


@hooks.post("/hooks/sheets/<key>")
def receive(key: str) -> Response:
    """Take one delivery; 200 with one outcome per row."""
    runtime: Runtime = current_app.extensions["bridge"]
    sheet = runtime.config.sheets.get(key)
    if sheet is None:
        raise Problem(404, f"there is no sheet '{key}' here; check the connection string in the sheet's script")
    body = _body()
    letter = _verified(runtime, sheet, body)
    return jsonify(deliver(runtime, sheet, letter, _parsed(body, sheet)))


def deliver(runtime: Runtime, sheet: SheetConfig, letter: _Letter, message: _Message) -> dict[str, Any]:
    """Take the message in one transaction; the first reply again when the delivery is already recorded."""
    now, message_id = runtime.now(), letter.id
    with runtime.writing() as session:
        try:
            reply = _take(session, sheet, letter, message, now)
            session.add(Delivery(id=message_id, sheet=sheet.key, seq=message.seq, received_at=now, reply=reply))
            session.commit()
        except IntegrityError:
            session.rollback()
            first = session.get(Delivery, (message_id, sheet.key))
            if first is None:
                raise
            log.info("delivery_repeated sheet=%s delivery=%s", sheet.key, message_id)
            return first.reply
    log.info(
        "delivery_taken sheet=%s delivery=%s seq=%d outcomes=%d",
        sheet.key,
        message_id,
        message.seq,
        len(reply["outcomes"]),
    )
    return reply


def _take(session: Session, sheet: SheetConfig, letter: _Letter, message: _Message, now: datetime) -> dict[str, Any]:
    lane = session.scalars(select(Lane).where(Lane.sheet == sheet.key).with_for_update()).one()
    _right_tab(session, sheet, lane, message, now)
    layout = sheet.mapping.locate([_cell(value, None) for value in message.header])
    if (wait := _sweep_wait(lane, message, now)) is not None:
        ask_for_sweep(session, sheet.key, now + wait)
    lane.seq, lane.heard_at, lane.unsigned_at = max(lane.seq, message.seq), now, None
    if lane.held:  # what vanished may just have come back
        ask_for_sweep(session, sheet.key, now + SWEEP_SOON)
    if lane.problem and not lane.attempts:  # paused until a person acts, and somebody is at work there
        lane.not_before = None
        wake_after_commit(session, sheet.key)
    if message.header:
        lane.settings, lane.missing = _settings(sheet, message, layout), list(layout.missing)
    outcomes: list[Outcome] = []
    if isinstance(message, _Rows):
        outcomes = take(Batch(session, sheet, _reading(sheet, letter, message, layout, now), now))
        if "sync" in layout.positions and any(one.task_id is None and one.reasons for one in outcomes):
            ask_for_sweep(session, sheet.key, now + SWEEP_SOON)  # it tells such rows so
    if isinstance(message, _Hello):
        lane.owner = message.owner or None
    return {
        "delivery": letter.id,
        "outcomes": [_wire(outcome) for outcome in outcomes],
        "settings": lane.settings,
        "problem": (None if lane.attempts else lane.problem) or missing_columns(lane) or None,  # not what passes
    }


def _right_tab(session: Session, sheet: SheetConfig, lane: Lane, message: _Message, now: datetime) -> None:
    """Refuse what comes from another tab; a look at the sheet makes sure that ours is still the one we know."""
    if lane.tab_id is None or message.sheet_id == lane.tab_id:
        return
    ask_for_sweep(session, sheet.key, now)
    session.commit()
    raise Problem(
        422,
        f"this connection syncs the tab '{sheet.tab}', and the script is installed in another tab: "
        f"choose Bridge → Install and pick '{sheet.tab}', or name this tab in bridge.toml",
    )


def _sweep_wait(lane: Lane, message: _Message, now: datetime) -> timedelta | None:
    """How soon to compare everything: at once when asked or when a number is missing, soon after a burst; None: no
    need.
    """
    takes_number = isinstance(message, _Rows | _All)
    expected = lane.seq + 1 if takes_number else lane.seq
    if isinstance(message, _All | _Hello) or message.seq > expected:
        return timedelta()
    burst = takes_number and lane.heard_at is not None and now - lane.heard_at < BURST
    return SWEEP_SOON if burst else None


def _reading(sheet: SheetConfig, letter: _Letter, message: _Rows, layout: Layout, now: datetime) -> Reading:
    if "id" not in layout.positions:
        raise Problem(422, "the header has no id column: give one column of the first row the text 'id'")
    edited = message.edited
    touched = [name for name, index in layout.positions.items() if edited and edited.first <= index + 1 <= edited.last]
    rows = [sheet.mapping.read_row(row.row, _cells(row), layout) for row in message.rows]
    typed = edited.typed if edited and len(rows) == len(touched) == 1 else ""
    return Reading(rows, f"delivery:{letter.id}", now, message.seq, touched, typed=typed, signed=letter.signed)


def _cells(row: _Row) -> Sequence[Cell]:
    return [_cell(value, row.shown[index] if index < len(row.shown) else None) for index, value in enumerate(row.cells)]


def _cell(value: str | bool | float | _Day | None, shown: str | None) -> Cell:
    if isinstance(value, _Day):
        try:
            day = date.fromisoformat(value.date[:10]).isoformat()
        except ValueError:
            return Cell(value.date, shown or value.date)
        return Cell(Day(day), shown or day)
    text = str(value) if shown is None and value is not None else shown or ""
    return Cell(None if value == "" else value, text)


def _settings(sheet: SheetConfig, message: _Message, layout: Layout) -> dict[str, Any]:
    taken = sorted(index for name, index in layout.positions.items() if name != "sync")
    columns = [str(message.header[index]) for index in taken]
    lead_id = layout.positions.get("id")
    named = "id" if lead_id is None else str(message.header[lead_id])
    return {"columns": columns, "missing": list(layout.missing), "id": named, "assign_ids": sheet.assign_ids}


def _wire(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "row": outcome.row,
        "id": outcome.lead_id,
        "outcome": outcome.outcome,
        "task_id": outcome.task_id,
        "reasons": list(outcome.reasons),
    }


def _body() -> bytes:
    """The raw body; 413 beyond 2 MB, 415 unless it says it is JSON."""
    if (request.content_length or 0) > LARGEST:
        raise Problem(413, "a delivery may have at most 2 MB; send fewer rows at once")
    request.max_content_length = LARGEST
    body = request.get_data(cache=False)
    if not request.is_json:
        raise Problem(415, "send the delivery as application/json")
    return body


def _verified(runtime: Runtime, sheet: SheetConfig, body: bytes) -> _Letter:
    """The delivery's id and time, once its signature is right."""
    now = runtime.now()
    message_id = request.headers.get("webhook-id", "")
    stamp, signatures = request.headers.get("webhook-timestamp", ""), request.headers.get("webhook-signature", "")
    if len(message_id) > 200:
        raise Problem(401, "webhook-id is longer than 200 characters")
    try:
        verify(sheet.secrets, message_id, stamp, signatures, body, now.timestamp())
    except BadSignature as error:
        log.warning("delivery_unsigned sheet=%s why=%r", sheet.key, str(error))
        _note_unsigned(runtime, sheet.key, now)
        raise Problem(401, str(error)) from error
    return _Letter(message_id, datetime.fromtimestamp(int(stamp), UTC))


def _note_unsigned(runtime: Runtime, key: str, now: datetime) -> None:
    """Tell whoever looks; at most once a minute, since anybody may knock."""
    with runtime.session() as session:
        known = session.scalar(select(Lane.unsigned_at).where(Lane.sheet == key))
    if known is None or now - known > UNSIGNED_EVERY:
        with runtime.writing() as session:
            session.execute(update(Lane).where(Lane.sheet == key).values(unsigned_at=now))
            session.commit()


def _parsed(body: bytes, sheet: SheetConfig) -> _Message:
    try:
        message = _MESSAGE.validate_json(body)
    except ValidationError as error:
        faults = [{"field": ".".join(map(str, fault["loc"])), "detail": fault["msg"]} for fault in error.errors()[:20]]
        raise Problem(422, "the delivery does not have the shape the bridge knows", errors=faults) from error
    if message.spreadsheet != sheet.spreadsheet:
        raise Problem(
            422,
            f"this script sits in another spreadsheet than '{sheet.key}' is linked with; "
            "run Bridge → Install with its own connection string",
        )
    return message
