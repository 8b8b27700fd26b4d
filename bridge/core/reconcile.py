"""What a sweep would do, as data. Pure.

The whole sheet is compared with every link: rows that agree with what is known are only counted; the others are listed,
to be merged one by one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.core.outcome import FieldChange, Outcome
from bridge.core.text import likeness
from bridge.core.values import Fields, Row


@dataclass(frozen=True)
class KnownLead:
    """A link as a sweep compares it. ``said``: the task's fields as the sheet shows them. ``unsettled``: it is merged
    even if all values agree (for instance because of a tombstone or a failed write).
    """

    link_id: int
    row: int | None
    base: Fields
    said: Fields
    unsettled: bool


@dataclass
class Comparison:
    """Compares the rows of one read with the known links, part by part. ``look``: rows to be merged. ``moved``: link
    id → the row where its lead is now. ``places``: lead id → the first row that has it. ``duplicates``: lead id → all
    rows that have it, if there are several. ``named``: tasks named by rows without an id. ``linked``: rows with a link,
    ``changed``: field → how many of them would change. ``namesakes``: how many new rows share a value of the matching
    field, by `likeness`. Of the blank rows: ``leftover``: those with text in the sync cell; ``unclaimed``: those with
    any other value; ``numbered``: row → the task number that stands in it.
    """

    agreed: int = 0
    read: int = 0
    look: list[int] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    duplicates: dict[str, list[int]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    linked: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    leftover: list[int] = field(default_factory=list)
    namesakes: Counter[str] = field(default_factory=Counter)
    unclaimed: list[int] = field(default_factory=list)
    numbered: dict[int, str] = field(default_factory=dict)

    def add(self, rows: Iterable[Row], known: Mapping[str, KnownLead], match: str = "") -> None:
        """Compare some rows of the sheet, in their order. ``match``: the field that tells leads apart, if any."""
        for row in rows:
            if row.blank:
                self._pass_over(row)
                continue
            self.read += 1
            self._place(row)
            link = known.get(row.lead_id or "")
            self.linked += link is not None
            if link is None and match:
                self.namesakes[likeness(row.values.get(match))] += 1
            differs = link is not None and _differs(row, link)
            if link is not None and differs:
                self.changed.update(_changed(row, link))
            if link is None or differs or link.unsettled or row.lead_id in self.duplicates:
                self.look.append(row.number)
            else:
                self.agreed += 1
                if link.row != row.number:
                    self.moved[link.link_id] = row.number

    def _pass_over(self, row: Row) -> None:
        self.leftover += [row.number] if row.values.get("sync") else []
        held = any(value is not None for name, value in row.values.items() if name != "sync")
        self.unclaimed += [row.number] if held else []
        if row.values.get("task_id") is not None:
            self.numbered[row.number] = str(row.values["task_id"])
            self.named.add(self.numbered[row.number])

    def _place(self, row: Row) -> None:
        if row.lead_id is None:
            self.named.add(str(row.values.get("task_id") or ""))
        elif (first := self.places.setdefault(row.lead_id, row.number)) != row.number:
            self.duplicates.setdefault(row.lead_id, [first]).append(row.number)


def _changed(row: Row, link: KnownLead) -> list[str]:
    """The fields whose cell says something else than was agreed on, and than its task; or says nothing readable."""
    shown = ((name, value) for name, value in row.values.items() if value != link.base.get(name))
    return [name for name, value in shown if name not in link.said or value != link.said[name]] + list(row.refused)


def _differs(row: Row, link: KnownLead) -> bool:
    if row.refused:
        return True
    base = link.base
    for name, value in row.values.items():
        if name not in base or base[name] != value or link.said.get(name, value) != value:
            return True
    return False


class SweepStep(StrEnum):
    """What a sweep does beside the outcomes of rows that it merges."""

    ROW_WRITTEN = "row_written"
    ROW_APPENDED = "row_appended"
    ROW_GONE = "row_gone"
    TASK_ARCHIVED = "task_archived"
    HELD = "held"


@dataclass(frozen=True)
class Step:
    """One thing the sweep does or would do. ``row`` None: there is no row (any more)."""

    what: Outcome | SweepStep
    lead_id: str | None
    row: int | None = None
    task_id: int | None = None
    changes: Sequence[FieldChange] = ()
    reasons: Sequence[str] = ()


@dataclass(frozen=True)
class Plan:
    """Everything one sweep does or would do, and how much needed nothing."""

    sheet: str
    read: int
    agreed: int
    steps: tuple[Step, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How often each kind of step occurs."""
        return dict(Counter(step.what for step in self.steps))
