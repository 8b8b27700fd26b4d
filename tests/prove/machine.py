"""The state machine: what people, programs, the network, Google, time and the bridge itself may do, in any order."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize

from tests.databases import Databases
from tests.prove.rest import hold
from tests.prove.steps.moments import Moments
from tests.prove.steps.rivals import Rivals
from tests.prove.steps.trouble import Trouble
from tests.prove.world import World

SIZES = (2, 3, 4, 6, 12)
"""How many leads a world begins with; ``make prove`` plays larger ones too."""
LARGE = (*SIZES, 40, 200)


class Machine(Moments, Trouble, Rivals):
    """One world per run. ``steps``: how many steps had an effect, in all."""

    steps = 0
    sizes: Sequence[int] = SIZES
    played: World | None = None

    @initialize(which=st.integers(0, 999), typed=st.booleans(), two=st.booleans())
    def a_world(self, which: int, typed: bool, two: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="prove"))
        self.world = World(self.folder, self.databases, typed=typed, two=two).__enter__()
        self.played = self.world
        for tab in self.world.tabs:
            self.adds(tab, self.sizes[which % len(self.sizes)])
        self.world.passes(1)

    def teardown(self) -> None:
        if self.played is None:
            return
        Machine.steps += len(self.world.log)
        try:
            hold(self.world)
        finally:
            self.world.__exit__()
            shutil.rmtree(self.folder, ignore_errors=True)


def machine(databases: Databases, examples: int, steps: int, sizes: Sequence[int] = SIZES) -> type[Machine]:
    """The machine for so many runs of at most so many steps."""

    class Run(Machine):
        TestCase: type

    Run.databases, Run.sizes = databases, sizes
    Run.TestCase.settings = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None, print_blob=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck), report_multiple_bugs=False,
    )  # fmt: skip
    return Run
