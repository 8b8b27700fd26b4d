"""``leadbridge worker``: the engine alone, in as many processes as wanted on one PostgreSQL."""

import signal
import sys
import threading
from dataclasses import replace

from bridge.app import create_app
from bridge.config.model import Config
from bridge.server import gc


def work(config: Config) -> None:
    """Run until interrupted; jobs under way are finished before the process ends."""
    if config.local or not config.database.startswith("postgresql"):
        sys.exit("a worker of its own needs a bridge.toml and PostgreSQL: set DATABASE_URL=postgresql+psycopg://…")
    app, stopping = create_app(replace(config, engine=True)), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    app.extensions["engine"].start()
    print("ready", flush=True)
    gc.freeze()
    stopping.wait()
    app.extensions["engine"].stop()
    app.extensions["bridge"].close()
