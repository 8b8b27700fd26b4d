"""The task's title beside the lead's name. A title made by the template follows the name, and the name follows it: who
renames the task renames the lead. A title of its own stays until the name changes; then the history keeps it.
"""

from sqlalchemy.orm import Session

from bridge.core.mapping import SheetMapping
from bridge.core.text import same_text
from bridge.store.history import By, note_name_of_title, note_replaced_title
from bridge.store.models import Link
from bridge.tracker import Task

REPLACED = "the name changed in the sheet, and the title follows it; the title that was set in the tracker is kept here"


def follow_title(session: Session, link: Link, task: Task, mapping: SheetMapping, by: By) -> None:
    """The title changed in the tracker: where it follows the template, the sheet is to show the name in it."""
    link.conflicts = {name: what for name, what in link.conflicts.items() if name != "title"}
    if link.row_pending and "name" not in link.base:  # the row that is yet to be made gets it
        link.overrides = link.overrides | {"name": name_of(task, mapping)}
        return
    name = mapping.name_in(task.title)
    if name is None or "name" not in link.base or same_text(name, link.overrides.get("name", link.base["name"])):
        return
    link.overrides = {field: value for field, value in link.overrides.items() if field != "name"}
    if not same_text(name, link.base["name"]):
        link.overrides = link.overrides | {"name": name}
        note_name_of_title(session, link, name, by)


def name_of(task: Task, mapping: SheetMapping) -> str:
    """The name for a new row: read back out of the title where it follows the template, else the title."""
    name = mapping.name_in(task.title) or task.title
    return name.strip()[: mapping.longest("name")] or f"Task {task.id}"


def keep_replaced_title(session: Session, link: Link, task: Task, title: str, by: By) -> None:
    """The name replaces a title that was set in the tracker: the history offers it, and a person is told."""
    note_replaced_title(session, link, task.title, title, by, REPLACED)
    link.conflicts = link.conflicts | {"title": REPLACED}
