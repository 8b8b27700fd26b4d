"""A person's hand, or a program's, in the moment between two calls to Google: between the bridge's read and its write,
and between a write and its answer; also in the very cell that is about to be written.
"""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.prove.hands import PATCHED, TYPED, WHICH
from tests.prove.steps.columns import Columns
from tests.prove.steps.people import People
from tests.prove.steps.rows import Rows

MOMENTS = st.sampled_from([("after", "read"), ("before", "write"), ("after", "write")])
ROWS = ("an_inserted_row", "a_dragged_row", "a_sort", "a_deleted_row")
OTHERS = ("a_name_typed", "a_patch", "an_undo")
COLUMNS = ("an_inserted_column", "a_dragged_column")


class Moments(People, Rows, Columns):
    """What happens while the bridge waits for Google."""

    @rule(moment=MOMENTS, what=st.sampled_from([*ROWS, *OTHERS]), which=WHICH, more=WHICH, at_once=st.booleans())
    def a_hand_between(self, moment: tuple[str, str], what: str, which: int, more: int, at_once: bool) -> None:
        self._next(moment, self._hand(what, which, more), at_once=at_once)

    def _next(self, moment: tuple[str, str], act: Callable[[], object], *, at_once: bool) -> None:
        """``at_once``: the script looks at once, else when the job is done."""

        def hand() -> None:
            self.world.note(f"({moment[0]} a {moment[1]})")
            act()
            if at_once and not self.world.late:
                self.world.stack.google.scripts.wait_idle(0)

        self.world.stack.between.next(*moment, hand)  # type: ignore[arg-type]

    @rule(moment=MOMENTS, which=WHICH, more=WHICH, at_once=st.booleans())
    def a_value_typed_between(self, moment: tuple[str, str], which: int, more: int, at_once: bool) -> None:
        self._next(moment, self._hand("a_value_typed", which, more), at_once=at_once)

    @rule(moment=MOMENTS, what=st.sampled_from(COLUMNS), which=WHICH, more=WHICH)
    def a_column_between(self, moment: tuple[str, str], what: str, which: int, more: int) -> None:
        self._next(moment, self._hand(what, which, more), at_once=False)

    def _hand(self, what: str, which: int, more: int) -> Callable[[], object]:
        return {
            "an_inserted_row": lambda: self.an_inserted_row(which),
            "a_dragged_row": lambda: self.a_dragged_row(which, (-3, -1, 2, 4)[more % 4]),
            "a_sort": lambda: self.a_sort(which, more % 2 == 0, more % 5 + 1),
            "a_deleted_row": lambda: self.a_deleted_row(which),
            "a_value_typed": lambda: self.a_value_typed(which, more, which + more),
            "a_name_typed": lambda: self.a_name_typed(which, False),
            "a_patch": lambda: self.a_patch(which, more, which + more),
            "an_undo": self.an_undo,
            "an_inserted_column": lambda: self.an_inserted_column(which, more % 9 + 1),
            "a_dragged_column": lambda: self.a_dragged_column(which, more % 9 + 1, which % 9 + 1),
        }[what]

    @rule(moment=MOMENTS, which=WHICH, name=WHICH, said=WHICH, typed=WHICH, late=st.booleans())
    def typed_under_a_write(
        self, moment: tuple[str, str], which: int, name: int, said: int, typed: int, late: bool
    ) -> None:
        """A program changes a field, and a person types into that very cell while it is written."""
        task = self.task(which)
        tab = task and self.world.tab_of(task["id"])
        if not task or not tab or task["lead_id"] is None:
            return
        field, lead_id = self.field(tab, name), task["lead_id"]
        value = self.value(tab, field, typed, TYPED)

        def hand() -> None:
            lead = self.world.leads().get(lead_id)
            if lead is not None:
                self.puts(lead.tab, lead.row, field, value)

        self._next(moment, hand, at_once=False)
        task_field = str(tab.mapping.by_field[field].task_field)
        self.world.program(task, **{task_field: self.value(tab, field, said, PATCHED)})
        self.world.late = max(self.world.late, 3.0 * late)
        self.world.passes(0.5)

    @rule(moment=MOMENTS, which=WHICH, name=WHICH, said=WHICH, by=st.sampled_from([-3, -1, 2, 4]))
    def a_row_moved_under_a_write(self, moment: tuple[str, str], which: int, name: int, said: int, by: int) -> None:
        """A program changes a field; while it is written a person drags that row away and types where it stood."""
        task = self.task(which)
        tab = task and self.world.tab_of(task["id"])
        if not task or not tab or task["lead_id"] is None:
            return
        field, lead_id = self.field(tab, name), task["lead_id"]

        def hand() -> None:
            lead = self.world.leads().get(lead_id)
            if lead is not None:
                before = max(2, lead.row + by)
                self.acts(
                    f"drags row {lead.row} before {before}",
                    lambda: self.person.lines("move", lead.tab.now, lead.row, before=before),
                )
                self.puts(lead.tab, lead.row, field, self.value(tab, field, 0, TYPED))

        self._next(moment, hand, at_once=False)
        task_field = str(tab.mapping.by_field[field].task_field)
        self.world.program(task, **{task_field: self.value(tab, field, said, PATCHED)})
        self.world.passes(0.5)
