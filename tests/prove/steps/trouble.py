"""The network, Google, time, and the bridge itself."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from bridge.local_google.api.trouble import Fault
from tests.prove.hands import Hands

FAULTS = [
    Fault(400, kind="write"),
    Fault(400, kind="read"),
    Fault(429),
    Fault(500),
    Fault(503),
    Fault("drop"),
    Fault(503, kind="write", landed=True),
    Fault("drop", kind="write", landed=True),
]
SWITCHES = ["undo_fires_edit", "sort_fires_edit", "replace_fires_edit", "cut_fires_source", "api_fires_change"]


class Trouble(Hands):
    """What goes wrong, and time."""

    @rule(outcome=st.sampled_from(["lost", "answer lost", "twice", "late"]))
    def a_bad_delivery(self, outcome: str) -> None:
        self.world.middleman.next(outcome)  # type: ignore[arg-type]
        self.world.note(f"the next delivery is {outcome}")

    @rule(fault=st.sampled_from(FAULTS))
    def a_bad_google(self, fault: Fault) -> None:
        self.world.stack.google.trouble.fail(fault)
        self.world.note(f"Google: {fault}")

    @rule(lasting=st.sampled_from([0.5, 5.0]))
    def a_late_read(self, lasting: float) -> None:
        self.world.stack.google.trouble.lag(60, lasting=lasting)
        self.world.note(f"reads lag for {lasting} s")

    @rule(echo=st.booleans())
    def an_echo(self, echo: bool) -> None:
        self.world.stack.google.trouble.echo_skipped = echo
        self.world.note(f"Google {'echoes' if echo else 'does not echo'} skipped cells")

    @rule(switch=st.sampled_from(SWITCHES))
    def an_undocumented_habit(self, switch: str) -> None:
        trouble = self.world.stack.google.trouble
        setattr(trouble, switch, not getattr(trouble, switch))
        self.world.note(f"Google turns {switch}")

    @rule(seconds=st.sampled_from([1.0, 3.0, 8.0, 40.0]))
    def a_late_script(self, seconds: float) -> None:
        self.world.late = seconds
        self.world.note(f"scripts start {seconds} s late")

    @rule(point=st.integers(1, 60))
    def a_dying_bridge(self, point: int) -> None:
        if self.world.up:
            self.world.death.left = point
            self.world.note(f"the bridge will die at its next point {point}")

    @rule(seconds=st.sampled_from([0.0, 1.0, 30.0, 400.0]))
    def an_outage(self, seconds: float) -> None:
        self.world.stop()
        self.world.note(f"the bridge is down for {seconds} s")
        self.world.passes(seconds)
        self.world.restart()

    @rule(seconds=st.sampled_from([-90.0, -20.0, -0.5, 0.5, 20.0, 90.0]))
    def a_clock_that_is_set(self, seconds: float) -> None:
        if abs(self.world.skew + seconds) < 120:  # further apart, signatures are refused
            self.world.set_clock(seconds)

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.5, 3.0, 12.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.note(f"{seconds} s pass")
        self.world.passes(seconds)

    @rule()
    def a_moment_of_rest(self) -> None:
        self.world.passes(1)
