"""The table of synced fields, one line each.

Mapping, merge, queries, limits, bridge.toml, the wizard and the settings of the sheet's script follow from it.
docs/development.md shows how to add a field.
"""

from dataclasses import replace

from bridge.core.fields import Column
from bridge.core.mapping import SheetMapping
from task_api.schemas import LONGEST


def limited(column: Column) -> Column:
    """The column with the limit of the task's field, when it feeds one."""
    return replace(column, limit=LONGEST.get(column.task_field or "") if column.direction != "to_sheet" else None)


COLUMNS = tuple(
    limited(column)
    for column in (
        Column("id", ("id", "lead id"), "id", "lead_id", "to_task", required=True),
        Column("name", ("name", "lead", "lead name"), "text", "title", "to_task", required=True),
        Column("status", ("status", "stage"), "status", "status", required=True),
        Column("task_id", ("task_id", "task"), "number", "id", "to_sheet"),
        Column("notes", ("notes", "note"), "text", "notes", when_empty="Auto-created from Sheets"),
        Column("owner", ("owner", "assignee"), "text", "assignee"),
        Column("due", ("due", "due date"), "date", "due"),
        Column("sync", ("sync", "bridge"), "text", None, "to_sheet"),
    )
)
"""The bridge writes the row's status into ``sync`` (`bridge.sync.sync_cell`)."""


def shipped() -> SheetMapping:
    """What is synced unless bridge.toml configures it."""
    return SheetMapping(COLUMNS)
