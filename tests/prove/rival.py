"""A second bridge with a home and a database of its own, which somebody connects to a tab that the first one serves."""

from dataclasses import replace
from pathlib import Path

from bridge.app import create_app
from bridge.store.quota import Pace
from bridge.worker import start
from bridge.worker.run import due, run
from tests.clock import HeldClock
from tests.databases import Databases, share_compiled
from tests.doors import Door
from tests.stack import Stack

MOST_JOBS = 20


class Rival:
    """It runs while the block lasts; `work` does what is due. ``connection``: what is pasted into the sheet's script."""

    def __init__(self, stack: Stack, clock: HeldClock, databases: Databases, key: str) -> None:
        self._stack, self._clock, self._databases, self._key = stack, clock, databases, key

    def __enter__(self) -> "Rival":
        home = Path(self._stack.folder / f"rival{len(list(self._stack.folder.iterdir()))}")
        home.mkdir()
        self._door, self._database = Door(), self._databases.new(home)
        config = replace(self._stack.config, home=home, database_url=self._database, public_url=self._door.url)
        app = create_app(config)
        self.runtime = app.extensions["bridge"]
        share_compiled(self.runtime.database)
        self.runtime.now, self.runtime.pace = self._clock.now, Pace(1e6, 1e6, 1e6)
        self._door.open(app)
        self.connection = config.connection(self._key)
        start.take_over(self.runtime)
        return self

    def __exit__(self, *_: object) -> None:
        self._door.shut()
        self._door.close()
        self.runtime.close()
        self._databases.drop(self._database)

    def work(self) -> None:
        """Its jobs on the tab that it was connected to."""
        for _ in range(MOST_JOBS):
            if all(one.at > self.runtime.now() for one in due(self.runtime, [self._key])):
                return
            run(self.runtime, self._key)
