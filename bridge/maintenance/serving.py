"""One server for each SQLite file: who serves holds a lock beside it, in which its process and address stand.

The lock is taken before anything is written, so a second start leaves the first alone. PostgreSQL is shared by any
number of servers, also of one home; there the lock is each port's.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import make_url

from bridge.config.home import make_home
from bridge.config.model import Config
from bridge.errors import Permanent

ON = "kill -CONT {pid} lets it go on, kill -KILL {pid} ends it"


@contextmanager
def alone_serving(config: Config) -> Iterator[None]:
    """Hold the right to serve this configuration. Raises `Permanent` while another process has it."""
    with _held(lock_of(config), f"a bridge already runs on {_subject(config)}") as file:
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "url": f"http://127.0.0.1:{config.port}"}))
        file.flush()
        yield  # the processes that this one forks hold the lock as well


@contextmanager
def unserved(database: Path) -> Iterator[None]:
    """Nobody serves this SQLite file, and nobody begins to meanwhile; else raises `Permanent` and changes nothing."""
    with _held(_beside(database), f"a bridge already runs on {database}"):
        yield


def serving(config: Config) -> tuple[int, str] | None:
    """Process and address of the bridge that serves this configuration on this machine; None if none does."""
    with suppress(OSError), lock_of(config).open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return _said(lock_of(config))
    return None


def is_stopped(pid: int) -> bool:
    """True if the process was stopped, as by Ctrl-Z or SIGSTOP, and does nothing. Known on Linux only."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in {"T", "t"}
    except (OSError, IndexError):
        return False


def lock_of(config: Config) -> Path:
    """The file whose lock a server of this configuration holds."""
    database = make_url(config.database)
    if database.get_backend_name() == "sqlite" and database.database:
        return _beside(Path(database.database))
    return config.home / f"port-{config.port}.server"


def _beside(database: Path) -> Path:
    return database.with_suffix(".server")


def _subject(config: Config) -> str:
    database = make_url(config.database)
    return database.database or "" if database.get_backend_name() == "sqlite" else f"port {config.port}"


@contextmanager
def _held(lock: Path, otherwise: str) -> Iterator[TextIO]:
    make_home(lock.parent)
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _refusal(otherwise, _said(lock)) from error
        yield file


def _refusal(otherwise: str, said: tuple[int, str] | None) -> Permanent:
    if said is None:
        return Permanent(otherwise, "stop it first")
    pid, url = said
    if is_stopped(pid):
        return Permanent(
            f"{otherwise}: process {pid}, {url}. That process is stopped and does nothing", ON.format(pid=pid)
        )
    return Permanent(f"{otherwise}: process {pid}, {url}", "stop it first")


def _said(lock: Path) -> tuple[int, str] | None:
    """What the process that holds the lock says of itself; None if it has not yet."""
    try:
        said: dict[str, Any] = json.loads(lock.read_text())
        return int(said["pid"]), str(said["url"])
    except (OSError, ValueError, LookupError, TypeError):
        return None
