"""HTTP for the tests: one server for a whole test process, behind which each test puts its own app.

`served` starts a server of its own, for the few tests that stop it or count what goes through it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from waitress import create_server, wasyncore
from waitress.channel import ClientDisconnected
from werkzeug.wsgi import ClosingIterator

Wsgi = Callable[..., Iterable[bytes]]
FOR_EVER = 10**9
"""Seconds. waitress closes what has been quiet for longer, by a clock that tests move on by hours."""


class Door:
    """A server on a free port. Without an app behind it, it hangs up."""

    def __init__(self) -> None:
        self._app: Wsgi | None = None
        self._busy, self._news, self._closing = 0, threading.Condition(), threading.Event()
        self._server: Any = create_server(
            self, host="127.0.0.1", port=0, threads=8, connection_limit=1000, channel_timeout=FOR_EVER
        )
        self.url = f"http://127.0.0.1:{self._server.effective_port}"
        self._thread = threading.Thread(target=self._run, name="door", daemon=True)
        self._thread.start()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        app = self._enter()
        try:
            return ClosingIterator(or_dropped(app, environ, start_response), self._leave)
        except BaseException:
            self._leave()
            raise

    def open(self, app: Wsgi) -> None:
        """Let requests in to this app."""
        assert self._app is None, "there is an app behind this door"
        self._app = app

    def shut(self) -> None:
        """Let no request in any more, and wait until those inside are out."""
        self._app = None
        with self._news:
            assert self._news.wait_for(lambda: not self._busy, 20), "a request does not end"

    def close(self) -> None:
        """End the server."""
        self._closing.set()
        self._server.pull_trigger()
        self._thread.join()
        self._server.task_dispatcher.shutdown()
        wasyncore.close_all(self._server._map)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._server.asyncore.loop(timeout=30.0, map=self._server._map, count=1)

    def _enter(self) -> Wsgi:
        with self._news:
            if (app := self._app) is None:
                raise ClientDisconnected
            self._busy += 1
            return app

    def _leave(self) -> None:
        with self._news:
            self._busy -= 1
            self._news.notify_all()


def or_dropped(app: Wsgi, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The app's answer, or none: waitress knows that a client is gone by an exception of its own."""
    try:
        return app(environ, start_response)
    except ConnectionResetError as error:
        raise ClientDisconnected from error


@contextmanager
def served(wsgi: Wsgi) -> Iterator[str]:
    """A WSGI app over HTTP on a free port; yields its address."""
    door = Door()
    door.open(wsgi)
    try:
        yield door.url
    finally:
        door.close()


@cache
def door(name: str) -> Door:
    """The door of this process with that name; `close_doors` ends them all."""
    made = _doors[name] = Door()
    return made


def close_doors() -> None:
    """The tests are over."""
    for one in _doors.values():
        one.close()


_doors: dict[str, Door] = {}
