"""gunicorn's worker: answers requests in threads until the engine's last job has ended.

It outlives a lack of descriptors, threads and memory: when all connections are taken, the one that has been idle
longest is closed for the next; when the system gives no more, it waits.
"""

import signal
import socket
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from selectors import EVENT_READ
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import TConn, ThreadWorker
from structlog.stdlib import get_logger

from bridge.errors import Permanent
from bridge.server.limits import LEAST_THREADS, MEND

if TYPE_CHECKING:
    from bridge.server.serve import Server

log = get_logger(__name__)
MORE_MEMORY = "raise `ulimit -v`, or the container's memory"
PAUSE, STOPPING = 1.0, 2.0
"""Seconds: without new connections after the system refused one; for a first request while the process stops."""
SPARE_THREADS = 4
"""For the start, the engine, its clock and the end; what they use is free again before they begin."""


class Worker(ThreadWorker):
    """Answers requests until the engine's last job has ended."""

    app: "Server"
    _exiting = False
    _paused_until = 0.0

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """All threads at once, or half as many: one that is refused later would take the whole process down."""
        count = wanted = self.cfg.threads
        while (pool := _started(count)) is None:
            count //= 2
            if count < LEAST_THREADS:
                raise Permanent(f"the system gives no memory for {wanted} threads", MORE_MEMORY)
        if count < wanted:
            log.warning("few_threads", threads=count, wanted=wanted, mend=MORE_MEMORY)
        return pool

    def init_signals(self) -> None:
        """Let every signal to end finish running jobs: Ctrl-C reaches each process of a terminal."""
        super().init_signals()
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, self.handle_exit)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """End in a thread, once; a signal handler must not wait."""
        if not self._exiting:
            self._exiting = True
            threading.Thread(target=self._leave, args=(sig, frame), name="leave").start()

    def _leave(self, sig: int, frame: Any) -> None:
        if self.booted:
            self.app.served.stop()
        log.info("worker_leaves")
        self.method_queue.defer(self._close_silent)
        super().handle_exit(sig, frame)

    def _close_silent(self) -> None:
        """Close connections without a request: gunicorn would wait for them as for open requests."""
        for connection in self.pending_conns:
            if not _has_sent(connection):
                connection.timeout = 0
        self.pending_conns = deque(sorted(self.pending_conns, key=lambda one: one.timeout or 0.0))

    def accept(self, listener: Any) -> None:
        """Take a connection, in the place of an idle one when there are too many. It gets a thread once it has sent
        something: silent ones take none.
        """
        if self.nr_conns >= self.worker_connections - 1:
            self._close_longest_idle()
        try:
            client, address = listener.accept()
            connection = TConn(self.cfg, client, address, listener.getsockname())
        except (BlockingIOError, ConnectionAbortedError):
            return
        except (OSError, MemoryError) as error:
            self._lacking(error)
            return
        self.nr_conns += 1
        connection.timeout = time.monotonic() + (STOPPING if self._exiting else self.cfg.keepalive)
        self.pending_conns.append(connection)
        self.poller.register(client, EVENT_READ, partial(self.on_pending_socket_readable, connection))

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        """Wait, without new connections while the system has refused one."""
        if time.monotonic() < self._paused_until:
            self.set_accept_enabled(False)
        super().wait_for_and_dispatch_events(timeout)

    def _lacking(self, error: Exception) -> None:
        """The system gives no descriptor or memory: free one, and wait."""
        log.warning("connection_refused", why=type(error).__name__, number=getattr(error, "errno", None), mend=MEND)
        self._paused_until = time.monotonic() + PAUSE
        self.set_accept_enabled(False)
        self._close_longest_idle()

    def _close_longest_idle(self) -> None:
        """Close the connection that has been silent longest, if one is."""
        for idle in (self.pending_conns, self.keepalived_conns):
            if idle:
                connection = idle.popleft()
                self.poller.unregister(connection.sock)
                self.nr_conns -= 1
                connection.close()
                return

    def run(self) -> None:
        """Serve, then close."""
        first = self.age == 1
        threading.Thread(target=lambda: self.app.served.start(first=first), name="start", daemon=True).start()
        super().run()
        self.app.served.stop()
        self.app.served.close()


def _started(count: int) -> ThreadPoolExecutor | None:
    """So many threads, all started; None if the system gives no memory for them and for those of the engine."""
    pool, spare = ThreadPoolExecutor(count), ThreadPoolExecutor(SPARE_THREADS)
    all_here = threading.Barrier(count + SPARE_THREADS)
    try:
        for one in [pool] * count + [spare] * SPARE_THREADS:
            one.submit(all_here.wait)
    except (RuntimeError, MemoryError):
        all_here.abort()
        pool.shutdown(cancel_futures=True)
        return None
    finally:
        spare.shutdown(cancel_futures=True)
    return pool


def _has_sent(connection: TConn) -> bool:
    try:
        return bool(connection.sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except OSError:
        return False
