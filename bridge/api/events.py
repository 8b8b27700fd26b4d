"""GET /events: tells the page that something was committed, so that it need not ask all the time.

Says only that, never what: the page asks the API, which looks at the scopes. Each stream holds one of the server's
twelve threads, so there are four at most, each for ten seconds (a worker that is to stop waits for them); who gets
none is told to go on asking (204).
"""

import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Response, current_app

from bridge.runtime import Runtime
from task_api.db import data_version
from task_api.tokens import authorize

events = Blueprint("events", __name__)
MOST, LONGEST = 4, 10.0
LOOK, BREATH = 0.1, 1.0
"""Seconds between looks at the database, and at most between lines: that a page is gone shows when a line cannot go."""


@events.get("/events")
def stream() -> Response:
    """``text/event-stream`` of ``changed``; 204 when every seat is taken."""
    authorize("tasks:read")
    seats = current_app.extensions.setdefault("event_seats", threading.BoundedSemaphore(MOST))
    if not seats.acquire(blocking=False):
        return Response(status=204)
    response = Response(_lines(current_app.extensions["bridge"]), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(seats.release)
    return response


def _lines(runtime: Runtime) -> Iterator[str]:
    until = said = time.monotonic()
    until += LONGEST
    with runtime.database.connect() as glance:
        seen = data_version(glance)
        yield "retry: 500\ndata: here\n\n"
        while (now := time.monotonic()) < until and not runtime.stopping:
            version = data_version(glance)
            if version != seen or now - said > BREATH:
                yield ":\n\n" if version == seen else "data: changed\n\n"
                seen, said = version, now
            time.sleep(LOOK)
