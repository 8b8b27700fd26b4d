"""``leadbridge worker``: the engine alone, in as many processes as wanted on one PostgreSQL."""

import signal
import threading
from dataclasses import replace

from bridge.app import make_runtime, open_database
from bridge.config.model import Config
from bridge.errors import Permanent
from bridge.server.limits import raise_descriptors
from bridge.server.process import freeze


def work(config: Config) -> None:
    """Run until interrupted; jobs under way are finished before the process ends. Raises `Permanent`."""
    if config.local or not config.database.startswith("postgresql"):
        raise Permanent(
            "`leadbridge worker` needs a bridge.toml and PostgreSQL: set DATABASE_URL=postgresql+psycopg://…"
        )
    raise_descriptors()
    runtime, stopping = make_runtime(replace(config, engine=True), open_database(config)), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    runtime.engine.start()
    print("ready", flush=True)
    freeze()
    stopping.wait()
    runtime.engine.stop()
    runtime.close()
