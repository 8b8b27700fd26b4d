"""What one transaction on rows of one sheet holds in its hands, and what it says of each row. Decides nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.values import Row, Side, Value
from bridge.store.history import By
from bridge.store.models import InFlightWrite, Link
from bridge.tracker import Task
from task_api.actor import Actor


@dataclass(frozen=True)
class Reading:
    """Rows as one read showed them.

    ``began``: when the read began (for a delivery: when it was received). ``signed``: when a delivery was signed; what
    it shows is older. ``seq``: the delivery's number, None for reads of our own. ``edited``: fields a person touched in
    this very event, ``edited_at``: when; ``typed``: what they typed, where it was one cell; ``unclear``: rows, by their
    numbers, and fields for which the event does not speak. ``latest``: the side that changed last, as far as known.
    ``ids``: every id the sheet holds, where the whole of it was read. ``namesakes``: how many unlinked rows share a
    value of the field that matches rows with tasks. ``missing``: writes of ours that may stand in any row, where that
    is known (`bridge.sync.misdirected_writes`).
    """

    rows: Sequence[Row]
    actor: Actor
    began: datetime
    seq: int | None = None
    edited: Collection[str] = ()
    latest: Side = "sheet"
    typed: str = ""
    ids: Collection[str] | None = None
    namesakes: Mapping[str, int] = field(default_factory=dict)
    missing: Sequence[InFlightWrite] | None = None
    signed: datetime | None = None
    edited_at: datetime | None = None
    unclear: Collection[tuple[int, str]] = ()

    def edited_in(self, row: Row) -> list[str]:
        """Fields of this row that show what a person did in this very event."""
        return [name for name in self.edited if (row.number, name) not in self.unclear]


@dataclass(frozen=True)
class KnownLinks:
    """What the database knows of the leads at hand.

    ``free``: lead id → live tasks without a row that bear it. ``claimed``: task id → the task that a row without a
    link names in its task_id cell. ``neighbours``: row number → the link last seen there, for rows that have none.
    ``alike``: likeness of the matching field → live tasks without a row that have it. ``replaced``: link id → values
    that a late read, or a misdirected write, may show. ``missing``: writes that may stand in any row.
    """

    links: dict[str, Link]
    tasks: dict[int, Task]
    free: Mapping[str, Sequence[Task]]
    claimed: Mapping[int, Task]
    claimants: Mapping[int, Link]
    neighbours: Mapping[int, Link]
    alike: Mapping[str, Sequence[Task]]
    replaced: Mapping[int, Mapping[str, Collection[Value]]]
    missing: Sequence[InFlightWrite] = ()
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SyncContext:
    """One transaction's work on one reading of one sheet."""

    session: Session
    sheet: SheetConfig
    reading: Reading
    now: datetime

    @property
    def by(self) -> By:
        """What the history says of changes made here."""
        return By(self.reading.actor, self.now)
