"""One server for each SQLite file: a second is refused with the first one's place, and changes nothing."""

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.config.model import Config
from bridge.errors import Permanent
from bridge.maintenance.serving import alone_serving, is_stopped, lock_of, serving, unserved
from tests.stack import eventually

POSTGRESQL = "postgresql+psycopg://localhost/x"


def on(home: Path, database: str, port: int) -> Config:
    return Config(home, {}, port=port, database_url=database)


def test_a_second_server_is_told_where_the_first_runs_and_changes_nothing(tmp_path: Path) -> None:
    first, second = Config(tmp_path, {}, port=5001), Config(tmp_path, {}, port=6001)
    with alone_serving(first):
        before = (tmp_path / "tasks.server").read_bytes()
        with pytest.raises(Permanent, match=rf"process {os.getpid()}, http://127\.0\.0\.1:5001"), alone_serving(second):
            pytest.fail("two serve one database")
        with pytest.raises(Permanent, match="stop it first"), unserved(tmp_path / "tasks.db"):
            pytest.fail("it is served")
        assert (tmp_path / "tasks.server").read_bytes() == before
        assert serving(second) == (os.getpid(), "http://127.0.0.1:5001")
    assert serving(second) is None
    with alone_serving(second):
        assert json.loads((tmp_path / "tasks.server").read_text())["url"].endswith(":6001")


def test_several_serve_one_postgresql_each_on_a_port_of_its_own(tmp_path: Path) -> None:
    first, second = (on(tmp_path / "home", POSTGRESQL, port) for port in (5001, 6001))
    with alone_serving(first), alone_serving(second):
        with pytest.raises(Permanent, match=rf"port 5001: process {os.getpid()}, http"), alone_serving(first):
            pytest.fail("two serve one port")
        assert serving(second) == (os.getpid(), "http://127.0.0.1:6001")
    other = on(tmp_path / "elsewhere", POSTGRESQL, 5001)
    with alone_serving(first), alone_serving(other):
        pass


@contextmanager
def stopped(config: Config):
    """A process that holds the lock and is stopped."""
    code = (
        "import json, fcntl, os, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX);"
        "file.write(json.dumps({'pid': os.getpid(), 'url': 'http://127.0.0.1:5001'})); file.flush();"
        "print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(lock_of(config))], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        holder.send_signal(signal.SIGSTOP)
        eventually(lambda: is_stopped(holder.pid))
        yield holder.pid
        holder.kill()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="known on Linux only")
@pytest.mark.parametrize("database", [None, POSTGRESQL])
def test_a_second_start_says_that_the_first_is_stopped_and_what_to_do(tmp_path: Path, database) -> None:
    config = Config(tmp_path, {}, port=5001, **({"database_url": database} if database else {}))
    assert not is_stopped(os.getpid())
    with stopped(config) as pid:
        sentence = rf"process {pid}, .* is stopped.*kill -CONT {pid}"
        with pytest.raises(Permanent, match=sentence), alone_serving(config):
            pytest.fail("it is served")
