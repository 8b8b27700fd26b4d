"""Bytes as Apps Script has them: lists of signed numbers. In US-ASCII, what is not in it becomes ``?``."""

import base64
import hashlib
import hmac as _hmac
from collections.abc import Sequence

from bridge.local_google.errors import Invalid

Content = str | list[int]
_CODECS = {"UTF_8": "utf-8", "US_ASCII": "ascii"}


def of(content: Content, charset: str) -> list[int]:
    """The bytes of a text."""
    return signed(raw(content, charset))


def hmac(value: Content, key: Content, charset: str) -> list[int]:
    """HMAC-SHA256."""
    return signed(_hmac.new(raw(key, charset), raw(value, charset), hashlib.sha256).digest())


def encode(value: Content, charset: str) -> str:
    """Base64."""
    return base64.b64encode(raw(value, charset)).decode()


def decode(given: str) -> list[int]:
    """The bytes of a base64 text; raises `Invalid`."""
    try:
        return signed(base64.b64decode(given, validate=True))
    except ValueError:
        raise Invalid("Could not decode string.") from None


def raw(content: Content, charset: str) -> bytes:
    """A text or signed numbers as bytes."""
    return content.encode(_CODECS[charset], "replace") if isinstance(content, str) else unsigned(content)


def signed(content: bytes) -> list[int]:
    """Numbers from -128 to 127."""
    return [byte - 256 if byte > 127 else byte for byte in content]


def unsigned(content: Sequence[int]) -> bytes:
    """The bytes of such numbers."""
    return bytes(byte & 255 for byte in content)
