"""What all steps of the machine share: the world, and how to reach a row, a task or a cell in it."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bridge.local_google.errors import Invalid
from bridge.local_google.person.person import Person
from tests.databases import Databases
from tests.prove.memory import Side
from tests.prove.sheets import OWN, Lead, Tab, letters
from tests.prove.world import World

WHICH = st.integers(0, 999)
WORDS = ("NEW", "CONTACTED", "QUALIFIED", "LOST")
LONG = 600
TYPED: dict[str, tuple[Any, ...]] = {
    "text": (
        "{}", "{}", "{}", "", "  {}  ", "Caf\u00e9 {}", "Cafe\u0301 {}", "a\u00a0b {}", "\ufeff{}\u200b", "{}\nline", "50%", "42",
        "3.12.2026", "2026-12-03", "14:30", "'=1+1", "#N/A", "{}" + "x" * LONG, "{}" + "y" * 45_000,
    ),
    "status": (*WORDS, "", " new ", "Contacted", "QUALIFIED\u200b", "L\u00a0OST", "WON"),
    "number": ("12", "12.0", "0", "-3", "1e3", "007", "many", ""),
    "date": ("2026-12-05", "2027-01-31", "", "soon", "14:30", "-3"),
    "checkbox": (True, False, "", "TRUE", "maybe"),
}  # fmt: skip
"""What persons type into a column of each kind; ``{}`` becomes a text that nobody has used."""
PATCHED: dict[str, tuple[Any, ...]] = {
    "text": ("{}", "{}", "{}", "", "Caf\u00e9 {}", "Cafe\u0301 {}", "42", "2026-12-03", "=1+1", "{}" + "x" * LONG),
    "status": ("TODO", "IN_PROGRESS", "DONE"),
    "number": ("12", "12.50", "0", "many", ""),
    "date": ("2026-12-24", "2027-02-01", None),
    "checkbox": ("TRUE", "FALSE", "maybe", ""),
}
"""What programs say of a field whose column has each kind."""


class Hands(RuleBasedStateMachine):
    """``databases``: where each world gets its own."""

    databases: Databases
    world: World

    @property
    def person(self) -> Person:
        """Who sits before the sheet."""
        return self.world.stack.google.person

    def acts(self, what: str, act: Callable[[], object], side: Side = "sheet") -> None:
        """A person does something, unless the sheet refuses it."""
        try:
            self.world.person(what, act, side)
        except Invalid as refused:
            self.world.note(f"person {what}: refused, {refused}")

    def puts(self, tab: Tab, row: int, name: str, value: Any) -> None:
        """A person types a value into a cell."""
        if (where := tab.at(row, name)) is not None:
            self.acts(f"types {_short(value)} into {where} ({name})", lambda: self.person.edit(where, [[value]]))

    def lead(self, which: int) -> Lead | None:
        """One of the rows with an id."""
        leads = [lead for tab in self.world.tabs for lead in tab.leads()]
        return leads[which % len(leads)] if leads else None

    def row(self, which: int) -> tuple[Tab, int] | None:
        """One of the rows that hold anything."""
        rows = [(tab, number) for tab in self.world.tabs for number, _ in tab.rows()]
        return rows[which % len(rows)] if rows else None

    def task(self, which: int) -> dict[str, Any] | None:
        """One of the active tasks."""
        tasks = self.world.asks(lambda: self.world.stack.tasks(limit=1000))
        return tasks[which % len(tasks)] if tasks else None

    def field(self, tab: Tab, which: int) -> str:
        """One of the fields that both sides change."""
        return tab.fields[which % len(tab.fields)]

    def value(self, tab: Tab, name: str, which: int, values: dict[str, tuple[Any, ...]]) -> Any:
        """One of the values for a field's kind."""
        of_kind = values[tab.mapping.by_field[name].kind]
        found = of_kind[which % len(of_kind)]
        return found.replace("{}", self.world.fresh(name + " ")) if isinstance(found, str) else found

    def cells(self, tab: Tab, values: dict[str, Any]) -> list[Any]:
        """A row of these values from column A on; None leaves a cell."""
        positions = tab.positions()
        row: list[Any] = [None] * max(positions.values(), default=1)
        for name, value in values.items():
            if name in positions:
                row[positions[name] - 1] = value
        return row

    def adds(self, tab: Tab, count: int, word: str = "NEW") -> None:
        """A person pastes new leads below the others, one is typed."""
        ids = [self.world.fresh("L") for _ in range(count)]
        rows = [self.cells(tab, {"id": one, "name": f"name {one}", "status": word, OWN: f"own {one}"}) for one in ids]
        below = max((number for number, _ in tab.rows()), default=1) + 1
        self.acts(
            f"adds {ids[0]} and {count - 1} more in row {below}",
            lambda: self.person.edit(f"'{tab.now}'!A{below}", rows, pasted=count > 1),
        )

    def area(self, tab: Tab) -> str | None:
        """All rows below the header."""
        rows, width = tab.rows(), max(tab.positions().values(), default=0)
        return f"'{tab.now}'!A2:{letters(width)}{rows[-1][0]}" if rows and width else None


def _short(value: Any) -> str:
    return repr(value) if len(str(value)) < 60 else f"{len(value)} characters"
