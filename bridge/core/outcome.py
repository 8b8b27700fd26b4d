"""The outcome of one row, and the field changes that either side takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from bridge.core.values import Side, Value


class Outcome(StrEnum):
    """What became of a delivered row. The sheet's script has a sentence for each (apps_script/Row.js)."""

    TASK_CREATED = "task_created"
    TASK_UPDATED = "task_updated"
    TASK_LINKED = "task_linked"
    TASK_RESTORED = "task_restored"
    UNCHANGED = "unchanged"
    STALE = "stale"
    CONFLICT = "conflict"
    REFUSED = "refused"


class RefusedBy(StrEnum):
    """What refused a value."""

    CELL = "cell"
    """The cell itself, as a read of it shows: a formula, a dropdown, a protection, or the kind of its column."""
    GOOGLE = "google"
    """Google rejected the write; another try may succeed."""
    BRIDGE = "bridge"
    """A fault of the bridge's own kept it from being sent; another try may succeed."""


class RefusedWrite(NamedTuple):
    """A value that was not written into its cell. ``why``: in words, for people."""

    value: Value
    by: RefusedBy
    why: str


@dataclass(frozen=True)
class FieldChange:
    """One field that one side takes. ``to``: the side that takes it."""

    field: str
    old: Value
    new: Value
    to: Side


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row, with reasons a person understands. ``changes``: the fields either side takes."""

    row: int
    lead_id: str | None
    outcome: Outcome
    task_id: int | None = None
    reasons: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
