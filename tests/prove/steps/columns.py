"""Columns that move, come and go; headers and tabs that get other names, and their own ones back."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.prove.hands import WHICH, Hands
from tests.prove.sheets import OWN, Tab, letters

WIDEST = 16


class Columns(Hands):
    """Lines of columns, and names."""

    @rule(which=WHICH, at=st.integers(1, 9))
    def an_inserted_column(self, which: int, at: int) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        if max(tab.positions().values(), default=0) < WIDEST:
            self.acts(f"inserts a column before {at}", lambda: self.person.lines("insert", tab.now, at, "COLUMNS"))

    @rule(which=WHICH, first=st.integers(1, 9), before=st.integers(1, 10))
    def a_dragged_column(self, which: int, first: int, before: int) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        drag = f"drags column {first} before {before}"
        self.acts(drag, lambda: self.person.lines("move", tab.now, first, "COLUMNS", before=before))

    @rule(which=WHICH)
    def a_blank_column_deleted(self, which: int) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        taken = set(tab.positions().values())
        if blank := [at for at in range(1, max(taken, default=0)) if at not in taken]:
            self.acts(f"deletes column {blank[0]}", lambda: self.person.lines("delete", tab.now, blank[0], "COLUMNS"))

    @rule(which=WHICH, name=WHICH, to=st.sampled_from(["x {} x", " {} ", "{}\u200b", "other {}"]))
    def a_renamed_header(self, which: int, name: int, to: str) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        fields = [one for one in tab.heads if one != OWN]
        self._rename(tab, fields[name % len(fields)], to)

    def _rename(self, tab: Tab, field: str, to: str) -> None:
        at = tab.positions().get(field)
        text = tab.heads[field][0] if at is None else to.replace("{}", tab.heads[field][0])
        if at is not None and tab.text(at) != text:
            tab.heads[field].append(text)
            cell = f"'{tab.now}'!{letters(at)}1"
            self.acts(f"renames the header {field} in {cell} to {text!r}", lambda: self.person.edit(cell, [[text]]))

    @rule()
    def headers_named_back(self) -> None:
        for tab in self.world.tabs:
            for field in tab.heads:
                self._rename(tab, field, "{}")

    @rule(which=WHICH, back=st.booleans())
    def a_renamed_tab(self, which: int, back: bool) -> None:
        tab = self.world.tabs[which % len(self.world.tabs)]
        title = tab.title if back else self.world.fresh(f"{tab.title} ")
        self.acts(f"renames the tab to {title!r}", lambda: self.person.rename(tab.now, title))
