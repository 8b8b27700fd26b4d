"""What must hold when the trouble is over, of the two sides as they stand: one named check for each guarantee."""

from collections import Counter
from typing import Any

from bridge.core.outcome import RefusedBy, RefusedWrite
from bridge.store.models import Link
from tests.prove.end import Broken, End
from tests.prove.sheets import Lead, Tab, Unreadable


def converge(end: End) -> None:
    """Every row with an active task says what its task says. Only a cell that cannot be read, or that cannot hold the
    task's value, may differ, and the lead's history says so in a sentence.
    """
    for link, tab, lead, task in end.active():
        if lead.cells.get("task_id") != str(task["id"]):
            raise end.broken(
                "converge", lead.id, "task_id", f"the row says {lead.cells.get('task_id')!r}, it is {task['id']}"
            )
        for name in ("name", *tab.fields):
            if name in lead.cells and not _agrees(end, link, tab, lead, task, name):
                said = tab.task_says(task, name)
                why = f"the row says {lead.cells[name]!r}, the task {said!r} (unread {link.unread}, refused {link.refused})"
                raise end.broken("converge", lead.id, name, why)


def _agrees(end: End, link: Link, tab: Tab, lead: Lead, task: dict[str, Any], name: str) -> bool:
    shown, said = lead.cells[name], tab.task_says(task, name)
    if isinstance(shown, Unreadable):
        told = [one for one in end.of_field(tab, lead.id, name) if one["side"] == "sheet" and one["state"] == "refused"]
        return name in link.unread and any(one["new"] == shown.shown[:1000] and one["reason"] for one in told)
    if isinstance(said, Unreadable):
        refused = RefusedWrite(*link.refused[name]) if name in link.refused else None
        told = [one for one in end.of_field(tab, lead.id, name) if one["side"] == "task" and one["state"] == "refused"]
        return refused is not None and refused.by == RefusedBy.CELL and any(one["reason"] for one in told)
    if name == "name" and said is None:
        return True  # a title of the tracker's own
    return tab.same(name, shown, said)


def one_task_per_lead(end: End) -> None:
    """No lead has two active tasks, and no row with an id and a name is without one."""
    live = Counter((link.sheet, link.lead_id) for link in end.links if end.tasks[link.task_id]["archived_at"] is None)
    for (_, lead_id), count in live.items():
        if count > 1:
            raise Broken("one task per lead", f"lead {lead_id} has {count} tasks", end.world)
    known = {link.lead_id for link in end.links}
    for lead_id, lead in end.leads.items():
        readable = not isinstance(lead.cells.get("name"), Unreadable) and not isinstance(
            lead.cells.get("status"), Unreadable
        )
        if lead.cells.get("name") and readable and lead_id not in known:
            raise Broken("one task per lead", f"lead {lead_id} has no task", end.world)


def no_wrong_row(end: End) -> None:
    """No row and no task shows a value that nobody ever gave to its lead, in any field, and what the bridge does not know
    it never touched.
    """
    for link, tab, lead, task in end.active():
        for name in ("name", *tab.fields):
            for shown in (lead.cells.get(name), tab.task_says(task, name)):
                given = [one.value for one in end.memory.said[lead.id, name]]
                if any(isinstance(one, Unreadable) for one in given):
                    given.append(None)  # a new task is as of an empty cell
                if shown is not None and given and not any(tab.same(name, shown, one) for one in given):
                    raise end.broken("no wrong row", lead.id, name, f"there is {shown!r}, which nobody gave it")
        if lead.own not in {None, f"own {lead.id}"} and link.lead_id.startswith("L") and not _renamed(end, lead):
            raise end.broken("no wrong row", lead.id, "own", f"the row has {lead.own!r}")


def _renamed(end: End, lead: Lead) -> bool:
    """True for a row whose id a person has edited, so that its own column still names the first."""
    return any(f"own {lead_id}" == lead.own for lead_id, _ in end.memory.said)


def deletions_follow(end: End) -> None:
    """A vanished row's task is archived, unless much vanished at once; a live row's task is not archived for it."""
    held = {status["sheet"]: status["held_why"] for status in end.world.stack.get("/status")}
    claimed = {cells["task_id"].value for tab in end.world.tabs for _, cells in tab.rows() if _without_id(cells)}
    for link in end.links:
        archived = end.tasks[link.task_id]["archived_at"] is not None
        if link.task_id in claimed or link.lead_id in end.memory.doubled:
            continue  # the row is there and has only lost its id
        if link.lead_id in end.leads and link.archived_at is not None and archived:
            raise Broken(
                "deletions follow", f"lead {link.lead_id} stands in the sheet, its task is archived", end.world
            )
        gone = link.lead_id not in end.leads and not link.row_pending
        if gone and not held[link.sheet] and link.gone_at is None and not archived:
            raise Broken("deletions follow", f"lead {link.lead_id} is gone and has no tombstone", end.world)


def _without_id(cells: dict[str, Any]) -> bool:
    return ("id" not in cells or cells["id"].value is None) and "task_id" in cells
