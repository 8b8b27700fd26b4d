"""The tables, beside the tasks in the same database, so that what must be true together commits together.

Read `links`, then `queues` and `history`; `columns` has the enums and column types that they share. Whoever imports
this package has them all registered.
"""

from bridge.store.models.columns import READS_SHEET, ActorKind, ChangeState, Rule, WriteState
from bridge.store.models.history import Change, Count, Delivery, OverwrittenEdit
from bridge.store.models.links import InFlightWrite, Link
from bridge.store.models.queues import Account, ApiCall, SheetHealth, SheetQueue, UnlinkedRow

__all__ = [
    "READS_SHEET",
    "Account",
    "ActorKind",
    "ApiCall",
    "Change",
    "ChangeState",
    "Count",
    "Delivery",
    "InFlightWrite",
    "Link",
    "OverwrittenEdit",
    "Rule",
    "SheetHealth",
    "SheetQueue",
    "UnlinkedRow",
    "WriteState",
]
