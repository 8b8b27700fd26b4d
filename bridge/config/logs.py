"""Events, one a line: the name first, then ``key=value``; as JSON lines when asked. A line says what caused it.

The cause is the id of a delivery (its ``webhook-id``), of an API request (``X-Request-Id``) or of a turn on a queue; it
is held here while that lasts. Refuses to print an e-mail address, and of an exception anything but kind and place: its
message may hold what stands in a cell.
"""

import json
import logging
import re
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

FORMATS = ("text", "json")
JOB = "job:"
_TALKATIVE = ("urllib3", "google.auth")
"""They warn of every try; what fails for good is raised, and told by us."""
_OURS = ("bridge", "task_api")
_ROOT = Path(__file__).parents[2]
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_FIELD = re.compile(r"(\w+)=%[.\d]*\w")
_cause: ContextVar[str | None] = ContextVar("cause", default=None)


def cause() -> str | None:
    """What the work under way was caused by, where that is known."""
    return _cause.get()


@contextmanager
def caused_by(name: str) -> Iterator[None]:
    """Every line that is logged meanwhile names this cause."""
    token = _cause.set(name)
    try:
        yield
    finally:
        _cause.reset(token)


def settings(style: str, level: str) -> dict[str, Any]:
    """For ``logging.config.dictConfig``: everything to stderr in this style, one of `FORMATS`."""
    if style not in FORMATS:
        raise ValueError(f"LOG_FORMAT is '{style}'; use {' or '.join(FORMATS)}")
    form = Lines if style == "text" else JsonLines
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"events": {"()": form}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {name: {"level": "ERROR"} for name in _TALKATIVE},
    }


class Lines(logging.Formatter):
    """``time LEVEL logger event key=value … cause=… pid=…``."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        said = record.getMessage() if _is_ours(record) else f"said text={record.getMessage()!r}"
        tail = {key: value for key, value in _context(record).items() if f" {key}=" not in said}
        line = " ".join([_moment(record), record.levelname, record.name, said, *(f"{k}={v}" for k, v in tail.items())])
        return _EMAIL.sub("<email>", line.replace("\n", "\\n"))


class JsonLines(logging.Formatter):
    """The same, a JSON object a line, numbers as numbers."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever the record holds."""
        head = {"at": _moment(record), "level": record.levelname, "logger": record.name}
        line = json.dumps(head | _context(record) | _event(record), ensure_ascii=False, default=str)
        return _EMAIL.sub("<email>", line)


def _event(record: logging.LogRecord) -> dict[str, Any]:
    if not _is_ours(record):
        return {"event": "said", "text": record.getMessage()}
    values = record.args if isinstance(record.args, tuple) else ()
    name, names = str(record.msg).partition(" ")[0], _FIELD.findall(str(record.msg))
    return {"event": name, **dict(zip(names, values, strict=False))}  # a log line must never fail


def _context(record: logging.LogRecord) -> dict[str, Any]:
    kind, _, tail = record.exc_info or (None, None, None)
    found: dict[str, Any] = {"cause": cause()} if cause() else {}
    found["pid"] = record.process
    if kind is not None:
        found["error"], found["trace"] = kind.__name__, ",".join(map(_place, reversed(traceback.extract_tb(tail))))
    return found


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    return f"{path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path.name}:{frame.lineno}"


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in _OURS


def _moment(record: logging.LogRecord) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{record.msecs:03.0f}Z"
