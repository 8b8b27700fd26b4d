"""A delivery before its body is parsed: its id, when it was signed, and whether the signature is right."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import request
from sqlalchemy import select, update
from structlog.stdlib import get_logger

from bridge.config.model import SheetConfig
from bridge.core.signature import BadSignature, verify
from bridge.runtime import Runtime
from bridge.store.models import SheetHealth
from task_api.errors import Problem

log = get_logger(__name__)
LARGEST = 2 * 1024 * 1024
UNSIGNED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedRequest:
    """``id``: the delivery's. ``at``: when it was signed, by the sheet's clock."""

    id: str
    at: datetime


def body() -> bytes:
    """The raw body; 413 beyond 2 MB, 415 unless it says it is JSON."""
    if (request.content_length or 0) > LARGEST:
        raise Problem(413, "a delivery may have at most 2 MB; send fewer rows at once")
    request.max_content_length = LARGEST
    body = request.get_data(cache=False)
    if not request.is_json:
        raise Problem(415, "send the delivery as application/json")
    return body


def verified(runtime: Runtime, sheet: SheetConfig, body: bytes) -> SignedRequest:
    """The delivery's id and time; 401 unless its signature is right."""
    now = runtime.now()
    message_id = request.headers.get("webhook-id", "")
    stamp, signatures = request.headers.get("webhook-timestamp", ""), request.headers.get("webhook-signature", "")
    if len(message_id) > 200:
        raise Problem(401, "webhook-id is longer than 200 characters")
    try:
        verify(sheet.secrets, message_id, stamp, signatures, body, now.timestamp())
    except BadSignature as error:
        log.warning("delivery_unsigned", sheet=sheet.key, why=str(error))
        _note_unsigned(runtime, sheet.key, now)
        raise Problem(401, str(error), kind=error.fault) from error
    return SignedRequest(message_id, datetime.fromtimestamp(int(stamp), UTC))


def _note_unsigned(runtime: Runtime, key: str, now: datetime) -> None:
    """Store when it came, at most once a minute: anybody can send one."""
    with runtime.session() as session:
        known = session.scalar(select(SheetHealth.unsigned_at).where(SheetHealth.sheet == key))
    if known is None or not known <= now <= known + UNSIGNED_EVERY:
        with runtime.writing() as session:
            session.execute(update(SheetHealth).where(SheetHealth.sheet == key).values(unsigned_at=now))
            session.commit()
