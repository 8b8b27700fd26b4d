"""Events, one a line: the name first, then ``key=value``; as JSON lines when asked. A line says what caused it.

The cause is the id of a delivery (its ``webhook-id``), of an API request (``X-Request-Id``), of a command or of a job
on a sheet; structlog's context holds it meanwhile. No e-mail address is printed, and of an exception only its kind and
place: its message may hold what stands in a cell.
"""

import logging
import re
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from structlog.contextvars import merge_contextvars
from structlog.processors import ExceptionRenderer, JSONRenderer
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, Processor

from bridge.config.log_limit import LogLimit

FORMATS = ("text", "json")
_TALKATIVE = ("urllib3", "google.auth")
"""Libraries that warn of every attempt; what fails for good is raised and logged by us."""
_ROOT = Path(__file__).parents[2]
_LONGEST = 2000
_BARE = re.compile(r"[\w.:,/<>@+-]+")
EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w.-]+")
"""The lookbehind keeps the search linear in a long text."""


def start(style: str, level: str) -> None:
    """Events and the libraries' records go to stderr in this style, one of `FORMATS`."""
    configure()
    handler = logging.StreamHandler()
    handler.setFormatter(ProcessorFormatter(processors=processors(style)))
    handler.addFilter(LogLimit())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)


def configure() -> None:
    """Every event becomes a record of the standard library's logging."""
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def processors(style: str) -> Sequence[Processor]:
    """From an event, or a record of a library, to a line."""
    last = _line if style == "text" else JSONRenderer(ensure_ascii=False)
    return (merge_contextvars, _headed, ExceptionRenderer(_kind_and_places), _masked, last)


def _headed(_logger: object, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event.pop("_record")
    if not event.pop("_from_structlog"):
        event["text"], event["event"] = event["event"], "said"
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return {"at": f"{moment}Z", "level": record.levelname, "logger": record.name, **event, "pid": record.process}


def _kind_and_places(exc_info: ExcInfo) -> str:
    """An exception's kind and the places it passed, innermost first."""
    kind, _, passed = exc_info
    return f"{kind.__name__} {','.join(map(_place, reversed(traceback.extract_tb(passed))))}"


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    return f"{path.relative_to(_ROOT) if path.is_relative_to(_ROOT) else path.name}:{frame.lineno}"


def _masked(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {key: _masked_value(value) for key, value in event.items()}


def _masked_value(value: object) -> object:
    plain = value is None or isinstance(value, int | float)
    return value if plain else EMAIL.sub("<email>", str(value)[:_LONGEST])


def _line(_logger: object, _method: str, event: EventDict) -> str:
    """``time LEVEL logger event key=value … cause=… pid=…``."""
    head = [event.pop(key) for key in ("at", "level", "logger", "event")]
    return " ".join([*head, *(f"{key}={_quoted(value)}" for key, value in event.items())])


def _quoted(value: object) -> str:
    return str(value) if _BARE.fullmatch(str(value)) else repr(value)
