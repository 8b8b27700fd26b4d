"""GET /events: tells the page that something was committed, so that it need not poll.

It never tells what was committed: the page asks the API for that, which checks scopes. Each stream occupies one of the
server's threads, so there are four at most, or a third of few threads, each for ten seconds, since a worker waits for
them before it stops. A caller without a stream gets 204 and polls.
"""

import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Response, current_app

from bridge.api.current import runtime
from bridge.runtime import Runtime
from bridge.store.unit_of_work import data_version
from task_api.tokens import authorize

events = Blueprint("events", __name__)
MOST_STREAMS = 4
LONGEST, POLL, KEEP_ALIVE = 10.0, 0.1, 1.0
"""Seconds: of a stream, between queries of the database, and between lines. A closed page shows when a line fails."""


@events.get("/events")
def stream() -> Response:
    """``text/event-stream`` of ``changed``; 204 if all streams are taken."""
    authorize("tasks:read")
    most = current_app.config.get("EVENT_STREAMS", MOST_STREAMS)
    streams = current_app.extensions.setdefault("event_streams", threading.BoundedSemaphore(most))
    if not streams.acquire(blocking=False):
        return Response(status=204)
    response = Response(_lines(runtime()), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(streams.release)
    return response


def _lines(runtime: Runtime) -> Iterator[str]:
    began = sent = time.monotonic()
    with runtime.database.connect() as connection:
        seen = data_version(connection)
        yield "retry: 500\ndata: here\n\n"
        while (now := time.monotonic()) < began + LONGEST and not runtime.stopping:
            version = data_version(connection)
            if version != seen or now - sent > KEEP_ALIVE:
                yield ":\n\n" if version == seen else "data: changed\n\n"
                seen, sent = version, now
            time.sleep(POLL)
