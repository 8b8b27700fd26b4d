"""The parts at work, by a clock that is held: time passes for all of them, scripts and jobs run when they fall due, and
the bridge is stopped, killed and started again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bridge.local_google.script.triggers import Trigger
from bridge.queue.sweep_requests import ask_for_sweep
from bridge.store.quota import Pace
from bridge.worker import start
from bridge.worker.run import due as due_queues
from bridge.worker.run import run
from tests.doors import Wsgi
from tests.prove.between import Between, Death
from tests.stack import Stack

BACK_AFTER = 5.0
"""Seconds after which a dead bridge is started again, as systemd does."""
SET_BACK = 1.0
"""Seconds by which a clock is set back before an engine notices."""
MOST_ROUNDS = 500


class Played(Stack):
    """The stack with a hand between bridge and Google, and a bridge that may die."""

    death: Death
    between: Between

    def before_google(self, app: Wsgi) -> Wsgi:
        """The hand."""
        self.between = Between(app, self.death)
        return self.between

    def before_bridge(self, app: Wsgi) -> Wsgi:
        """Where a dead process drops its callers."""
        self.death.watch(self.runtime.database)
        return self.death.at_door(app)


class Life:
    """``steady``: seconds since the beginning; ``late``: how long scripts do not start yet; ``skew``: by how much the
    bridge's clock is ahead of Google's; ``up``: is there a bridge; ``log``: the story so far.
    """

    def __init__(self, stack: Played) -> None:
        self.log: list[str] = []
        self.late = self.skew = self.steady = 0.0
        self.up, self._clocks = True, dict[str, float]()
        self.stack, self.death = stack, Death(lambda: self.steady)
        stack.death = self.death

    def note(self, text: str) -> None:
        """One line of the story."""
        self.log.append(f"{self.steady:8.2f} {text}")

    def passes(self, seconds: float) -> None:
        """So much time passes; everything happens when it falls due."""
        assert self.stack.clock is not None
        until = self.steady + seconds
        self.work()
        while self.steady < until:
            wait = max(0.001, min([until - self.steady, *self._waits()]))
            self.stack.clock.advance(wait)
            self.steady += wait
            self.late = max(0.0, self.late - wait)
            self.work()

    def sweep(self) -> None:
        """Ask for a comparison of everything, and let it be done."""
        with self.stack.runtime.writing() as session:
            for key in self.stack.config.sheets:
                ask_for_sweep(session, key, self.stack.runtime.now())
            session.commit()
        self.passes(1)

    def _waits(self) -> Iterable[float]:
        yield from (at - self.steady for at in self._clocks.values())
        if self.late:
            yield self.late
        if self.death.dead:
            yield self.death.since + BACK_AFTER - self.steady
        elif self.up:
            now = self.stack.runtime.now()
            yield from ((at - now).total_seconds() for _, at in self._due())

    def work(self) -> None:
        """Everything that is due now is done, by scripts and jobs."""
        for _ in range(MOST_ROUNDS):
            if not self.late:
                self._fire_clocks()
                self.stack.google.scripts.wait_idle(0)
            if failed := self.stack.between.failed:
                raise failed.pop()
            if not self._job():
                return
        raise AssertionError("jobs are due again and again")

    def _job(self) -> bool:
        """One job that is due; False when none is."""
        if self.death.dead and self.steady >= self.death.since + BACK_AFTER:
            self.restart()
        if self.death.dead or not self.up:
            return False
        now = self.stack.runtime.now()
        try:
            due = [sheet for sheet, at in self._due() if at <= now]
            for sheet in due:
                run(self.stack.runtime, sheet)
        except BaseException:  # Died, or what follows from it in a connection that was left as it is
            if not self.death.dead:
                raise
            self.note("the bridge dies")
            return False
        return bool(due)

    def _due(self) -> list[tuple[str, datetime]]:
        with self.death.spared():
            return [(one.sheet, one.at) for one in due_queues(self.stack.runtime)]

    def _fire_clocks(self) -> None:
        """Google fires the script's time triggers."""
        scripts = self.stack.google.scripts
        clocks: list[Trigger] = [one for one in scripts.project.triggers.all() if one.type == "CLOCK"]
        self._clocks = {one.id: self._clocks.get(one.id, self.steady + one.minutes * 60) for one in clocks}
        for one in clocks:
            if self._clocks[one.id] <= self.steady:
                self._clocks[one.id] = self.steady + one.minutes * 60
                scripts._fire(one)

    # the bridge
    def restart(self) -> None:
        """Start the bridge again on what is on disk."""
        self.stop()
        self.stack.start_bridge()
        self.up = True
        self._started()
        self.note("the bridge is started again")

    def stop(self) -> None:
        """Stop the bridge; the sheet and its script go on."""
        if self.up:
            self.death.revive()
            self.stack.stop_bridge()
            self.up = False

    def set_clock(self, seconds: float) -> None:
        """The bridge's clock is set; its engine notices a long step back."""
        self.skew += seconds
        self.note(f"the bridge's clock is set by {seconds} s")
        if seconds < -SET_BACK and self.up and not self.death.dead:
            with self.death.spared():
                start.clock_set_back(self.stack.runtime, -seconds)

    def _started(self) -> None:
        runtime = self.stack.runtime
        runtime.pace = Pace(1e6, 1e6, 1e6)  # which has tests of its own
        runtime.now = self._now

    def _now(self) -> datetime:
        assert self.stack.clock is not None
        return self.stack.clock.now() + timedelta(seconds=self.skew)
