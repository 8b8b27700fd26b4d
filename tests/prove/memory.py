"""What persons and programs did, as the world remembers it: each value, its lead, and what the history knew by then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tests.prove.sheets import Lead, Meaning

Side = Literal["sheet", "pasted", "undone", "task", "maybe"]
Known = Callable[[], Mapping[str, tuple[int | None, Meaning]]]
"""Lead id → the row and the name that the bridge knows of it."""


@dataclass(frozen=True)
class Mark:
    """How far the history had come: its newest change, and the changes that waited to reach the sheet."""

    newest: int
    waiting: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Said:
    """A value that somebody gave to a field. ``side``: "sheet"; "pasted", a block, whose event tells no values; "undone",
    what an undo brought back, which may be the bridge's own; "task", an acknowledged request of a program; "maybe", one
    without an answer.
    """

    side: Side
    value: Meaning
    mark: Mark


class Memory:
    """``said``: (lead id, field) → everything that was said of it, in order. ``doubled``: ids that stood in two rows at
    some time, and what a person made of those: which of the two is the lead is not for the machine to say. So is an id that
    was edited while nothing else told whose row it is, neither its place nor its name, which the README names. ``made``:
    how many changes were made. ``renamed``: an id → the one that a person made of it, which the bridge may learn later;
    ``unproven``: the same backwards, of rows without a task number, until the bridge has learnt it.
    """

    def __init__(self) -> None:
        self.said: dict[tuple[str, str], list[Said]] = defaultdict(list)
        self.doubled: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.unproven: dict[str, str] = {}
        self.made = 0

    def say(self, lead_id: str, name: str, side: Side, value: Meaning, mark: Mark) -> None:
        """Somebody gave this value to this field."""
        while lead_id in self.renamed:
            lead_id = self.renamed[lead_id]
        self.said[lead_id, name].append(Said(side, value, mark))
        self.made += 1

    def unique(self, leads: Iterable[Lead]) -> dict[str, Lead]:
        """lead id → its row, for ids that stand in one row only."""
        found: dict[str, list[Lead]] = defaultdict(list)
        for lead in leads:
            found[lead.id].append(lead)
        self.doubled |= {lead_id for lead_id, same in found.items() if len(same) > 1}
        return {lead_id: same[0] for lead_id, same in found.items() if len(same) == 1}

    def compare(
        self, before: Mapping[str, Lead], after: Mapping[str, Lead], side: Side, mark: Mark, known: Known
    ) -> None:
        """Remember what a person's action did to each lead, whatever it was. A lead whose id alone was edited keeps what
        was said of it.
        """
        gone, new = (
            [before[one] for one in before.keys() - after.keys()],
            [after[one] for one in after.keys() - before.keys()],
        )
        if len(gone) == len(new) == 1 and (gone[0].row, gone[0].cells) == (new[0].row, new[0].cells):
            self.renamed.pop(new[0].id, None)
            if gone[0].id in self.doubled:
                self.doubled |= {gone[0].id, new[0].id}
            if not new[0].tab.is_headed("task_id") or new[0].cells.get("task_id") is None:
                self.unproven[new[0].id] = gone[0].id
            self.renamed[gone[0].id] = new[0].id
            for name in new[0].cells:
                self.said[new[0].id, name] = [*self.said[gone[0].id, name]]
            before = {lead_id: lead for lead_id, lead in before.items() if lead_id != gone[0].id} | {new[0].id: new[0]}
        self._doubt(after, known)
        for lead_id in before.keys() - after.keys():
            for name in before[lead_id].cells:  # what stood in a deleted row went with it, by the person's own will
                self.said[lead_id, name].append(Said("undone", None, mark))
        for lead_id, lead in after.items():
            old = before[lead_id].cells if lead_id in before else None
            if old is lead.cells:
                continue
            for name, value in lead.cells.items():
                if name != "task_id" and (old is None or old.get(name) != value):
                    self.say(lead_id, name, side, value, mark)

    def _doubt(self, leads: Mapping[str, Lead], known: Known) -> None:
        """Of renamed leads without a task number, those that the bridge can tell by their row and name no more."""
        for new, old in [*self.unproven.items()]:
            there, lead = known().get(old), leads.get(new)
            if there is None:  # the bridge has learnt it, or never knew the old one
                del self.unproven[new]
            elif lead is None or lead.row != there[0] or not lead.tab.same("name", lead.cells.get("name"), there[1]):
                self.doubled |= {old, new}
                del self.unproven[new]

    def last(self, lead_id: str, name: str, *sides: Side) -> Said | None:
        """The newest saying of these sides."""
        return next((one for one in reversed(self.said[lead_id, name]) if one.side in sides), None)
