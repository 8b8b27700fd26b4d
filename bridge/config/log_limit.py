"""Keeps one trouble from filling the disk: lets a few warnings of one kind a minute through, and counts the rest."""

import logging
import re
import time
from collections.abc import Callable

MOST, MINUTE = 20, 60.0
MOST_KINDS = 1000
_NUMBER = re.compile(r"\d+")


class LogLimit(logging.Filter):
    """Warnings and errors of one kind: 20 a minute. The first after that minute says how many were left out."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._kinds: dict[object, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """True if the line is to be written."""
        if record.levelno < logging.WARNING:
            return True
        now, kind = self._clock(), _kind(record)
        began, count = self._kinds.get(kind, (now, 0))
        if now - began >= MINUTE:
            if count > MOST:
                _say_left_out(record, count - MOST)
            began, count = now, 0
        if len(self._kinds) >= MOST_KINDS:
            self._kinds.clear()
        self._kinds[kind] = began, count + 1
        return count < MOST


def _kind(record: logging.LogRecord) -> object:
    """Who says it, what, and of which sheet; numbers in a library's text make no kind of their own."""
    if isinstance(record.msg, dict):
        return record.name, record.msg.get("event"), record.msg.get("sheet")
    return record.name, _NUMBER.sub("#", str(record.msg)[:200])


def _say_left_out(record: logging.LogRecord, count: int) -> None:
    if isinstance(record.msg, dict):
        record.msg = record.msg | {"left_out": count}
    else:
        record.msg = f"{record.msg} (left out: {count})"
