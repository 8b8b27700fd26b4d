"""One log line for each request, and the cause that all log lines of a request name."""

import re
import time
import uuid

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, reset_contextvars
from structlog.stdlib import get_logger

from bridge.config.logs import cause

log = get_logger(__name__)
_PROBES = ("/healthz", "/readyz")
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


def init_logs(app: Flask) -> None:
    """Give every request its cause, return it as ``X-Request-Id``, and log the response."""
    app.before_request(_begin)
    app.after_request(_answered)
    app.teardown_request(_end)


def _begin() -> None:
    given = request.headers.get("webhook-id" if request.path.startswith("/hooks/") else "X-Request-Id", "")
    g.cause = bind_contextvars(cause=given if _WELL_FORMED.fullmatch(given) else f"req_{uuid.uuid4()}")
    g.began = time.perf_counter()


def _answered(response: Response) -> Response:
    milliseconds = (time.perf_counter() - g.began) * 1000
    route = request.url_rule.rule if request.url_rule else "none"  # not the address, which may hold a lead's id
    write = log.debug if request.path in _PROBES and response.status_code == 200 else log.info
    write(
        "request_answered", method=request.method, route=route, status=response.status_code, ms=round(milliseconds, 1)
    )
    response.headers["X-Request-Id"] = cause() or ""
    return response


def _end(_error: BaseException | None) -> None:
    reset_contextvars(**g.pop("cause"))
