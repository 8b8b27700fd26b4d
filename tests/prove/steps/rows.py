"""Rows that move, come and go."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.prove.hands import WHICH, Hands


class Rows(Hands):
    """Lines, sorts and copies."""

    @rule(which=WHICH, ascending=st.booleans(), column=st.integers(1, 5))
    def a_sort(self, which: int, ascending: bool, column: int) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        if where := self.area(tab):
            self.acts(f"sorts {where} by column {column}", lambda: self.person.sort(where, column, ascending=ascending))

    @rule(which=WHICH)
    def an_inserted_row(self, which: int) -> None:
        if found := self.row(which):
            tab, row = found
            self.acts(f"inserts a row before {row}", lambda: self.person.insert_rows(tab.now, row))

    @rule(which=WHICH)
    def a_deleted_row(self, which: int) -> None:
        if found := self.row(which):
            tab, row = found
            self.acts(f"deletes row {row}", lambda: self.person.delete_rows(tab.now, row))

    @rule(which=WHICH, by=st.sampled_from([-3, -1, 2, 4]))
    def a_dragged_row(self, which: int, by: int) -> None:
        if found := self.row(which):
            tab, row = found
            before = max(2, row + by)
            self.acts(
                f"drags row {row} before {before}", lambda: self.person.lines("move", tab.now, row, before=before)
            )

    @rule(which=WHICH)
    def a_copied_row(self, which: int) -> None:
        if found := self.row(which):
            tab, row = found
            width, below = max(tab.positions().values(), default=1), tab.rows()[-1][0] + 1
            copy = self.world.stack.google.book.tab(tab.sheet_id).values(row, 1, 1, width)  # type: ignore[union-attr]
            where = f"'{tab.now}'!A{below}"
            self.acts(f"copies row {row} below", lambda: self.person.edit(where, copy, pasted=True))  # type: ignore[arg-type]
