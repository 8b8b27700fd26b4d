"""A world at rest, read once, for all guarantees."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bridge.store.models import Link
from tests.prove.memory import Memory, Said
from tests.prove.sheets import Lead, Meaning, Tab
from tests.prove.world import World

Change = dict[str, Any]


class Broken(AssertionError):
    """A guarantee does not hold."""

    def __init__(self, guarantee: str, what: str, world: World) -> None:
        story = "\n".join(world.log)
        rows = "\n".join(f"{tab.key} {lead.row}: {lead.id} {lead.cells}" for tab in world.tabs for lead in tab.leads())
        super().__init__(f"{guarantee}: {what}\n--- story\n{story}\n--- sheet\n{rows[:6000]}")


@dataclass(frozen=True)
class End:
    """``tasks`` by id, ``leads`` by id (those in one row only), ``history`` of each lead, the oldest change first."""

    world: World
    tasks: dict[int, dict[str, Any]]
    leads: dict[str, Lead]
    links: list[Link]
    history: dict[str, list[Change]]

    @classmethod
    def of(cls, world: World) -> "End":
        """Read everything."""
        tasks = {task["id"]: task for task in world.stack.tasks(archived=True, limit=1000)}
        history: dict[str, list[Change]] = defaultdict(list)
        for change in reversed(list(_changes(world))):
            history[change["lead_id"]].append(change)
        return cls(world, tasks, world.leads(), world.links(), history)

    @property
    def memory(self) -> Memory:
        """What was done."""
        return self.world.memory

    def tab(self, link: Link) -> Tab:
        """The tab of a link."""
        return next(tab for tab in self.world.tabs if tab.key == link.sheet)

    def active(self) -> Iterator[tuple[Link, Tab, Lead, dict[str, Any]]]:
        """Every link with an active task and one row, of a lead that never stood in two."""
        for link in self.links:
            task, lead = self.tasks[link.task_id], self.leads.get(link.lead_id)
            stands = lead is not None and lead.tab.key == link.sheet and link.lead_id not in self.memory.doubled
            if stands and lead is not None and task["archived_at"] is None:
                yield link, self.tab(link), lead, task

    def of_field(self, tab: Tab, lead_id: str, name: str) -> list[Change]:
        """The history of one field of one lead."""
        names = {name, tab.mapping.by_field[name].task_field}
        return [change for change in self.history[lead_id] if change["field"] in names]

    def named(self, tab: Tab, lead_id: str, name: str, said: Said) -> list[Change]:
        """The changes that name what was said: made since, or waiting for the sheet at that time."""
        value, found = said.value, []
        for change in self.of_field(tab, lead_id, name):
            fresh = change["id"] > said.mark.newest or change["id"] in said.mark.waiting
            if fresh and any(tab.same(name, self.meaning(tab, name, change, one), value) for one in ("old", "new")):
                found.append(change)
        return found

    def meaning(self, tab: Tab, name: str, change: Change, which: str) -> Meaning:
        """A value of a change, in the lead's words; what could not be read is named as it was shown."""
        value = change[which]
        if name == "name" and change["field"] == "title":
            return tab.mapping.name_in(value)
        return value if change["side"] == "sheet" or name == "name" else tab.said(name, value)

    def broken(self, guarantee: str, lead_id: str, name: str, what: str) -> Broken:
        """With the story and the lead's own history."""
        said = [f"{one.side} {one.value!r}"[:120] for one in self.memory.said[lead_id, name]]
        keys = ("id", "actor", "side", "field", "old", "new", "state", "rule", "reason")
        lines = "\n".join(str({key: change[key] for key in keys})[:400] for change in self.history[lead_id])
        return Broken(guarantee, f"lead {lead_id} {name}: {what}\nsaid: {said}\n--- history\n{lines}", self.world)


def _changes(world: World) -> Iterator[Change]:
    """The whole history, newest first."""
    before: dict[str, int] = {}
    while found := world.stack.get("/changes", limit=1000, **before):
        yield from found
        before = {"before": found[-1]["id"]}
