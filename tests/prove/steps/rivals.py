"""A second bridge on a tab that is served already."""

from hypothesis.stateful import rule

from bridge.local_google.errors import Invalid
from bridge.store.notices import OTHER_BRIDGE
from tests.prove.end import Broken
from tests.prove.hands import WHICH, Hands
from tests.prove.rival import Rival


class Rivals(Hands):
    """It is told at once, and what it wrote ends with it."""

    @rule(which=WHICH)
    def a_second_bridge(self, which: int) -> None:
        world = self.world
        tab = world.tabs[which % len(world.tabs)]
        if not world.up or world.death.dead:
            return
        world.death.left = 0
        world.middleman.calm()
        world.stack.between.calm()
        world.late = 0.0
        world.work()  # what was typed until now is told to the first
        assert world.stack.clock is not None
        with Rival(world.stack, world.stack.clock, self.databases, tab.key) as rival:
            world.note(f"a second bridge is connected to {tab.key}")
            self._connect(tab.sheet_id, rival.connection)
            told = [need["kind"] for need in world.stack.get("/needs") if need["sheet"] == tab.key]
            if OTHER_BRIDGE not in told:
                raise Broken("a second bridge is told", f"{tab.key} needs {told}", world)
            rival.work()
            world.passes(3)
            rival.work()
        world.memory.made += 2 * len(tab.leads())
        world.note(f"{tab.key} is connected to the first bridge again")
        self._connect(tab.sheet_id, world.connection(tab))

    def _connect(self, tab: int, connection: str) -> None:
        """A person installs a connection, again where Google or the network fails."""
        for attempt in range(5):
            try:
                self.world.stack.google.scripts.run("installBridge", [connection, tab])
            except Invalid:
                if attempt == 4:
                    raise
            else:
                return
