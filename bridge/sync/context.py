"""What one transaction on rows of one sheet works with: the reading, what is known of its leads, and who acts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bridge.config.model import SheetConfig
from bridge.core.values import Row, Side, Value
from bridge.store.history import By
from bridge.store.models import InFlightWrite, Link
from bridge.tracker import Task


@dataclass(frozen=True)
class Reading:
    """Rows as one read showed them.

    ``is_delivery``: the script sent them; else the bridge read them itself. ``began``: when the read began; a
    delivery's: when it was received. ``latest``: the side that changed last, as far as known.

    Of a delivery: ``seq``: its number. ``signed``: when it was signed; what it shows is older. ``edited``: the fields
    that a person touched, and ``edited_at``: when. ``typed``: what the person typed into one cell, as the event tells
    it, empty for a cell that was cleared; None for an edit that tells no value. ``event_fields``: row number → the
    edited fields that count as the person's; `check_event` takes out those whose cell shows something else. ``column``:
    0-based, of the one cell that was typed into.

    Of a sweep: ``ids``: every id in the sheet. ``namesakes``: how many unlinked rows share a value of the field that
    matches rows with tasks. ``missing``: writes of ours that may be in any row (`bridge.sync.misdirected.rows`).
    """

    rows: Sequence[Row]
    began: datetime
    is_delivery: bool = False
    seq: int = 0
    edited: Sequence[str] = ()
    latest: Side = "sheet"
    typed: str | None = None
    ids: Collection[str] | None = None
    namesakes: Mapping[str, int] = field(default_factory=dict)
    missing: Sequence[InFlightWrite] | None = None
    signed: datetime | None = None
    edited_at: datetime | None = None
    column: int | None = None
    event_fields: Mapping[int, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownLinks:
    """What the database knows of the leads at hand.

    ``free``: lead id → active tasks without a row that have it. Of the tasks that rows without a link name in their
    task_id cell: ``named_tasks``: task id → the task; ``named_links``: task id → the link that has it. ``neighbours``:
    row number → the link last seen there, for rows that have none. ``alike``: `likeness` of the matching field → active
    tasks without a row. ``replaced``: link id → values that a late read, or a misdirected write, may show.
    ``missing``: writes that may be in any row. Filled while the rows are taken: ``links``, ``tasks``, and ``seen``:
    lead id → its row in this reading.
    """

    links: dict[str, Link]
    tasks: dict[int, Task]
    free: Mapping[str, Sequence[Task]]
    named_tasks: Mapping[int, Task]
    named_links: Mapping[int, Link]
    neighbours: Mapping[int, Link]
    alike: Mapping[str, Sequence[Task]]
    replaced: Mapping[int, Mapping[str, Collection[Value]]]
    missing: Sequence[InFlightWrite] = ()
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class SyncContext:
    """One transaction's work on one reading of one sheet. ``by``: who makes the changes, and when."""

    session: Session
    sheet: SheetConfig
    reading: Reading
    by: By
