"""What is said of one synced field: its headers, its kind, where the task keeps it, and who may change it. Decides what
in its cells is a person's word.
"""

from dataclasses import dataclass
from typing import Literal

from bridge.core.merge import Direction, Policy
from bridge.core.values import Cell, Value

Kind = Literal["id", "text", "number", "date", "checkbox", "status"]


@dataclass(frozen=True)
class Column:
    """One synced column: the lead's field, how the sheet heads it, what its cells hold and where the task keeps it.

    ``headers``: the exact header, then its aliases. ``task_field`` None: nowhere. ``limit``: the most characters that
    the task keeps. ``when_empty``: what the task holds while the cell is empty.
    """

    field: str
    headers: tuple[str, ...]
    kind: Kind = "text"
    task_field: str | None = None
    direction: Direction = "both"
    policy: Policy = "sheet"
    required: bool = False
    when_empty: Value = None
    limit: int | None = None

    def is_persons(self, cell: Cell, value: Value, for_new: str) -> bool:
        """True for the value of a person; False for the bridge's, a formula's, and what cells hold before anybody fills
        them: an unticked box, an option of a dropdown, the word ``for_new`` leads. apps_script/Leads.js has the same.
        """
        if self.direction == "to_sheet" or cell.formula or cell.value is False:
            return False
        default = self.default(for_new)
        return self.field in {"id", "name"} or not (cell.choice or (default is not None and value == default))

    def default(self, for_new: str) -> str | None:
        """What may stand in its cells without anybody having said it: the word for a new lead, no stars."""
        return {"status": for_new, "number": "0"}.get(self.kind)
