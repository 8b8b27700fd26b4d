"""What happens between the bridge's calls to Google: a person's hand before or after a read or a write, and death.

A killed process does nothing any more: from its death on every statement and every request of it fails, until it is
started again.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from sqlalchemy import Engine, event

from tests.doors import Wsgi

When = Literal["before", "after"]
Kind = Literal["read", "write"]
Act = Callable[[], object]


class Died(SystemExit):
    """The bridge is killed at this instruction."""


class Death:
    """Kills the bridge at a chosen one of its next points: a statement, a commit, or a call to Google, on either side.

    ``since``: when it died, by ``clock``.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.dead, self.left, self.since, self._clock = False, 0, 0.0, clock
        self._spared = False

    def watch(self, database: Engine) -> None:
        """The process that uses this engine may die."""
        self.revive()
        event.listen(database, "before_cursor_execute", lambda *_: self.point())
        event.listen(database, "commit", lambda *_: self.point())

    def revive(self) -> None:
        """Nobody dies from now on."""
        self.dead, self.left = False, 0

    @contextmanager
    def spared(self) -> Iterator[None]:
        """What is asked of the database meanwhile is the test's own."""
        before, self._spared = self._spared, True
        try:
            yield
        finally:
            self._spared = before

    def point(self) -> None:
        """One more instruction; raises `Died` when it is the last one, and ever after."""
        if self._spared:
            return
        if not self.dead and self.left:
            self.left -= 1
            self.dead, self.since = not self.left, self._clock()
        if self.dead:
            raise Died

    def at_door(self, app: Wsgi) -> Wsgi:
        """A request in which the process dies has no answer."""

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            try:
                said = app(environ, start_response)
            except Died:
                raise ConnectionResetError from None
            if self.dead:
                raise ConnectionResetError
            return said

        return answer


class Between:
    """A WSGI app before the local Google. ``failed``: what went wrong in a hand, for the test's own thread."""

    def __init__(self, app: Wsgi, death: Death) -> None:
        self._app, self._death = app, death
        self._due: list[tuple[When, Kind, Act]] = []
        self.failed: list[BaseException] = []

    def next(self, when: When, kind: Kind, act: Act) -> None:
        """Let a hand act before or after the next read or write."""
        self._due.append((when, kind, act))

    def calm(self) -> None:
        """Nothing more is to happen."""
        self._due.clear()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/v4/"):
            return self._app(environ, start_response)
        kind: Kind = "read" if _reads(environ) else "write"
        self._play("before", kind)
        answer = list(self._app(environ, start_response))
        self._play("after", kind)
        return answer

    def _play(self, when: When, kind: Kind) -> None:
        try:
            self._death.point()
        except Died:
            raise ConnectionResetError from None
        due = [one for one in self._due if one[:2] == (when, kind)]
        for one in due:
            self._due.remove(one)
            try:
                one[2]()
            except Exception as error:  # raised again in the test's thread
                self.failed.append(error)


def _reads(environ: dict[str, Any]) -> bool:
    return environ["REQUEST_METHOD"] == "GET" or environ["PATH_INFO"].endswith("ByDataFilter")
