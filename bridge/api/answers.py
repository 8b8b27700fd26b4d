"""What every answer gets: a line in the log, the id of its request, and the headers that protect a browser."""

import re
import time
import uuid

from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, get_contextvars, reset_contextvars
from structlog.stdlib import get_logger

log = get_logger(__name__)
_PROBES = ("/healthz", "/readyz")
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


# https://www.w3.org/TR/CSP3/: nothing from other sites, no inline script or style, no frames
POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def init_answers(app: Flask) -> None:
    """Give every request the cause that the log lines of its work name; complete and log every answer."""
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
    say = log.debug if request.path in _PROBES and response.status_code == 200 else log.info
    say("request_answered", method=request.method, route=route, status=response.status_code, ms=round(milliseconds, 1))
    response.headers["X-Request-Id"] = get_contextvars().get("cause", "")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", as_header(POLICY))
    return response


def as_header(policy: dict[str, str]) -> str:
    """A Content-Security-Policy as the browser reads it."""
    return "; ".join(f"{name} {sources}" for name, sources in policy.items())


def _end(_error: BaseException | None) -> None:
    reset_contextvars(**g.pop("cause"))
