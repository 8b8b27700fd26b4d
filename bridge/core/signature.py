"""Standard Webhooks signatures, version 1 (standardwebhooks.com): HMAC-SHA256 over ``id.timestamp.body``.

Own code, held against the reference package in the tests: the reference reads the clock inside ``verify`` and raises
three kinds of error on hostile input.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from enum import StrEnum

PREFIX = "whsec_"
TOLERANCE = 300
"""Seconds a timestamp may be off, either way."""


class Fault(StrEnum):
    """Why a signature is invalid."""

    MISSING = "signature_missing"
    MALFORMED = "timestamp_malformed"
    WRONG = "signature_wrong"
    TIME = "timestamp_off"


class BadSignature(Exception):
    """Invalid or expired signature. The message may be shown to the sender."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault = fault


def secret_bytes(secret: str) -> bytes:
    """The key inside ``whsec_<base64>``; raises ValueError when it is not one."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or len(key) < 24:
        raise ValueError(f"a secret is '{PREFIX}' and at least 24 bytes in base64")
    return key


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` value for one secret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()).decode()


def verify(secrets: Iterable[str], message_id: str, timestamp: str, signatures: str, body: bytes, now: float) -> None:
    """Raise `BadSignature` unless one of ``signatures`` (space separated) is right for one of ``secrets`` (two
    during rotation).
    """
    if not message_id or not timestamp or not signatures:
        raise BadSignature(Fault.MISSING, "webhook-id, webhook-timestamp and webhook-signature are required")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
        raise BadSignature(Fault.MALFORMED, "webhook-timestamp must be whole seconds since 1970")
    given = [part.encode() for part in signatures.split(" ")]
    expected = [sign(secret, message_id, int(timestamp), body).encode() for secret in secrets]
    if not any(hmac.compare_digest(one, other) for one in given for other in expected):
        raise BadSignature(Fault.WRONG, "signature mismatch: the sheet may use an old secret")
    if abs(now - int(timestamp)) > TOLERANCE:
        why = f"the timestamp is {abs(now - int(timestamp)):.0f} s off; {TOLERANCE} s are allowed"
        raise BadSignature(Fault.TIME, why)
