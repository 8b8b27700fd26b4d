"""What became of one row, and which fields either side takes."""

from dataclasses import dataclass

from bridge.core.values import Side, Value


@dataclass(frozen=True)
class FieldChange:
    """One field that one side takes. ``to``: the side that takes it."""

    field: str
    old: Value
    new: Value
    to: Side


pass


@dataclass(frozen=True)
class Outcome:
    """What became of one row, with reasons a person understands. ``changes``: the fields either side takes."""

    row: int
    lead_id: str | None
    outcome: str
    task_id: int | None = None
    reasons: tuple[str, ...] = ()
    changes: tuple[FieldChange, ...] = ()
