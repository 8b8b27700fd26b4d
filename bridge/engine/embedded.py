"""The embedded engine: one thread in the server's own process, one for each database file.

It knows when work is due, not what the work is: links and queues say what is due. Several server processes on one
SQLite file elect one by ``flock``; the others wait to take over. The elected one notices commits of the others by
SQLite's ``data_version``.
"""

import fcntl
import math
import os
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection
from sqlalchemy.orm import Session
from structlog.stdlib import get_logger

from bridge.maintenance import retention
from bridge.maintenance.serving import ON, is_stopped
from bridge.runtime import Runtime
from bridge.store.clock import StepBack
from bridge.store.unit_of_work import WakeUps, data_version
from bridge.worker import run, start

log = get_logger(__name__)

LONGEST_WAIT = 30.0
POLL_INTERVAL = 0.25
"""Seconds between looks at ``data_version`` (some microseconds each) and at a free election."""
AGAIN = 1.0
"""Seconds after a failure."""
STOPPED = (
    "process {pid}, which works on the sheets, is stopped and does nothing; several workers replace it in half a minute"
)
FIRST_TIDY = 60.0
"""Seconds after the start, so as not to slow it down."""


class EmbeddedEngine:
    """``start``, ``wake(sheet key, at)``, ``stop``; ``stop`` returns when the job under way is finished."""

    def __init__(self, runtime: Runtime, lock_file: Path) -> None:
        self._runtime = runtime
        self._lock_file = lock_file
        self._woken = threading.Event()
        self._rests_until = math.inf  # by `time.monotonic`; infinite while it works, after which it looks again
        self._stopping = False
        self.trouble = ""
        self._thread: threading.Thread | None = None
        self._tidy_at = time.monotonic() + FIRST_TIDY
        self._step = StepBack(runtime.now)

    def start(self) -> None:
        """Start the thread; call it after a fork, never at import."""
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()

    def defer(self, _session: Session, _wake_ups: WakeUps) -> None:
        """Do nothing: links and queues say what is due, and `wake` follows the commit."""

    def wake(self, _sheet: str, at: datetime | None) -> None:
        """Wake the engine for a queue at this time, unless it wakes earlier anyway."""
        wait = 0.0 if at is None else (at - self._runtime.now()).total_seconds()
        if time.monotonic() + wait < self._rests_until:
            self._woken.set()

    @property
    def alive(self) -> bool:
        """True while it works, or waits to take over; False before `start` and from `stop` on."""
        return self._thread is not None and self._thread.is_alive() and not self._stopping

    def stop(self) -> None:
        """Finish the job under way and end the thread."""
        self._stopping = True
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def stopping(self) -> bool:
        """True as soon as `stop` was called."""
        return self._stopping

    def _run(self) -> None:
        """Wait for the election and work; begin anew after a failure, such as a lack of descriptors."""
        while not self._stopping:
            try:
                with self._lock_file.open("a+") as file:
                    if self._elected(file):
                        self._serve()
            except Exception:
                log.exception("engine_failed")
                self._woken.wait(AGAIN)

    def _serve(self) -> None:
        log.info("engine_elected")
        taken_over = False
        with self._runtime.database.connect() as connection:
            while not self._stopping:
                seen = data_version(connection)  # before the work, so that no commit meanwhile goes unnoticed
                try:
                    if not taken_over:
                        start.take_over(self._runtime)
                        taken_over = True
                    self._follow_clock()
                    wait = min(self._work(), self._tidied())
                except Exception:  # the engine's loop: log and postpone, whatever happened
                    log.exception("engine_loop_failed")
                    wait = AGAIN
                self._rest(wait, connection, seen)

    def _elected(self, file: TextIO) -> bool:
        """Wait for the lock, and say whether the process that has it was stopped: it cannot be taken from that."""
        while not self._stopping:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._watch(file)
                time.sleep(POLL_INTERVAL)
            else:
                self._note("")
                file.truncate(0)
                file.write(str(os.getpid()))
                file.flush()
                return True
        return False

    def _watch(self, file: TextIO) -> None:
        file.seek(0)
        said = file.read()
        stopped = said.isdigit() and is_stopped(int(said))
        self._note(f"{STOPPED.format(pid=said)}: {ON.format(pid=said)}" if stopped else "")

    def _note(self, trouble: str) -> None:
        if trouble and not self.trouble:
            log.error("engine_stopped", why=trouble)
        self.trouble = trouble

    def _work(self) -> float:
        """Run a job for every due queue; returns the seconds until the next one is due."""
        wait = 0.0
        while wait == 0.0 and not self._stopping:
            self._woken.clear()
            wait = LONGEST_WAIT
            for due in run.due(self._runtime):
                seconds = (due.at - self._runtime.now()).total_seconds()
                if seconds <= 0:
                    run.run(self._runtime, due.sheet)
                wait = min(wait, max(0.0, seconds))
        return wait

    def _follow_clock(self) -> None:
        """After the clock was set back, nothing waits for the time that it had."""
        if seconds := self._step.seconds:
            start.clock_set_back(self._runtime, seconds)
            self._step.forget()

    def _tidied(self) -> float:
        """Archive old history when it is time; returns the seconds until the next time."""
        now = time.monotonic()
        if now >= self._tidy_at:
            self._tidy_at = now + retention.EVERY.total_seconds()  # also when it fails
            if retention.tidy(self._runtime):
                self._tidy_at = now + 1.0
        return self._tidy_at - now

    def _rest(self, seconds: float, connection: Connection, seen: object) -> None:
        """Sleep until due, woken, or another process has committed."""
        self._rests_until = until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            if self._woken.wait(min(left, POLL_INTERVAL)) or data_version(connection) != seen or self._step.seconds:
                break
        self._rests_until = math.inf
