"""What must hold when the trouble is over: one named check for each guarantee. Each raises `Broken` with the lead and
the story of how it came about.
"""

from datetime import datetime
from typing import Any

from bridge.store.models import Rule
from tests.prove.world import FIELDS, MEANT, Saying, World


class Broken(AssertionError):
    """A guarantee does not hold."""

    def __init__(self, guarantee: str, what: str, world: World) -> None:
        story = "\n".join(world.log)
        rows = "\n".join(f"{number}: {row}" for number, row in world.rows())
        super().__init__(f"{guarantee}: {what}\n--- story\n{story}\n--- sheet\n{rows}")


def converge(world: World) -> None:
    """Every row with a live task says what its task says."""
    tasks = {task["id"]: task for task in world.stack.tasks(archived=True)}
    leads = world.leads()
    for link in world.links():
        task, lead = tasks[link.task_id], leads.get(link.lead_id)
        if lead is None or task["archived_at"] is not None:
            continue
        notes = "" if task["notes"] == "Auto-created from Sheets" else task["notes"]
        both = [
            ("task_id", lead["task_id"], task["id"]),
            ("status", MEANT.get(lead["status"] or "NEW"), task["status"]),
            ("notes", lead["notes"] or "", notes),
        ]
        for field, shown, said in both:
            if shown != said and field not in link.unread and field not in link.refused:
                raise Broken(
                    "converge", f"lead {link.lead_id} {field}: the row says {shown!r}, the task {said!r}", world
                )


def one_task_per_lead(world: World) -> None:
    """No lead has two live tasks, and no row with an id and a name is without one."""
    live = [task["lead_id"] for task in world.stack.tasks() if task["lead_id"] is not None]
    for lead_id in live:
        if live.count(lead_id) > 1:
            raise Broken("one task per lead", f"lead {lead_id} has {live.count(lead_id)} tasks", world)
    known = {task["lead_id"] for task in world.stack.tasks(archived=True)}
    for lead_id, lead in world.leads().items():
        if lead["name"] and lead_id not in known:
            raise Broken("one task per lead", f"lead {lead_id} has no task", world)


def no_wrong_row(world: World) -> None:
    """No row shows a value that nobody ever gave to its lead, and what the bridge does not know it never touched."""
    for lead_id, lead in world.leads().items():
        if lead_id in world.doubled:
            continue
        for field in ("name", "notes"):
            given = [one.value for one in world.said[lead_id, field]]
            if lead[field] not in (None, "") and lead[field] not in given and lead_id.startswith("L"):
                raise Broken("no wrong row", f"lead {lead_id} shows {field} {lead[field]!r}; given: {given}", world)
        if lead["phone"] not in (None, "", f"phone {lead_id}"):
            raise Broken("no wrong row", f"lead {lead_id} has the phone {lead['phone']!r}", world)


def no_lost_edit(world: World) -> None:
    """The last thing a person typed into a cell stands there, or the history names it and what beat it."""
    for lead_id, lead in world.leads().items():
        if lead_id in world.doubled:
            continue
        history = world.stack.get("/changes", lead_id=lead_id, limit=1000)
        for field in FIELDS:
            typed = next((one for one in reversed(world.said[lead_id, field]) if one.side != "task"), None)
            if typed is None or typed.side == "undone" or (typed.value or None) == (lead[field] or None):
                continue
            if typed.side == "pasted" and _said_by_task(world, lead_id, field, lead[field]):
                continue  # our write fell onto the pasted block, whose event tells no values: the README's limits say so
            if not any(_beat(change, typed) for change in history if change["field"] == field):
                why = f"lead {lead_id} {field}: typed {typed.value!r}, shows {lead[field]!r}, and no change says why"
                raise Broken("no lost edit", why, world)


def no_lost_patch(world: World) -> None:
    """The last thing a program said of a task still holds, or a later change or a conflict took its place by name."""
    for task in world.stack.tasks(archived=True):
        for field in ("status", "notes"):
            said = next(reversed(world.said[task["lead_id"] or "", field]), None)
            if said is None or said.side != "task" or task["lead_id"] in world.doubled or said.value == task[field]:
                continue
            later = [one for one in world.stack.changes(task["id"]) if one["id"] > said.after and one["field"] == field]
            if not any((one["side"], one["state"]) in {("sheet", "applied"), ("task", "lost")} for one in later):
                why = f"task {task['id']} {field}: said {said.value!r}, is {task[field]!r}, and no change says why"
                raise Broken("no lost patch", why, world)


def no_ping_pong(world: World, writes: int) -> None:
    """Calls are bounded by changes: no more writes than things that happened, with room for retries; rest is rest."""
    allowed = 3 * world.changes_made + 40
    if writes > allowed:
        raise Broken("no ping-pong", f"{writes} writes for {world.changes_made} changes", world)
    before = world.stack.calls()
    world.stack.sweep()
    reads, done = (now - then for now, then in zip(world.stack.calls(), before, strict=True))
    if done or reads > 2:
        raise Broken("no ping-pong", f"a quiet sweep cost {reads} reads and {done} writes", world)


def deletions_follow(world: World) -> None:
    """A vanished row's task is archived, unless much vanished at once; a live row's task is not archived for it."""
    held = world.stack.get("/status")[0]["held_why"]
    tasks = {task["id"]: task for task in world.stack.tasks(archived=True)}
    leads = world.leads()
    claimed = {row[3] for _, row in world.rows() if row[0] in (None, "")}
    for link in world.links():
        if link.task_id in claimed:
            continue  # the row is there and has only lost its id
        if link.lead_id in leads and link.archived_at is not None and tasks[link.task_id]["archived_at"] is not None:
            raise Broken("deletions follow", f"lead {link.lead_id} stands in the sheet, its task is archived", world)
        gone = link.lead_id not in leads and link.lead_id not in world.doubled and not link.row_pending
        if gone and not held and link.gone_at is None and tasks[link.task_id]["archived_at"] is None:
            raise Broken("deletions follow", f"lead {link.lead_id} is gone and has no tombstone", world)


def _said_by_task(world: World, lead_id: str, field: str, shown: Any) -> bool:
    said = MEANT.get(shown) if field == "status" else shown
    return any((one.side, one.value) == ("task", said) for one in world.said[lead_id, field])


def _beat(change: dict[str, Any], typed: Saying) -> bool:
    """Does this change of the same field say what became of what was typed? One made before it does only when it was
    the task's and reached the cell afterwards.
    """
    covers = change["old"] == (typed.value or None)
    if change["id"] <= typed.after:
        reached = change["reached_at"] and datetime.fromisoformat(change["reached_at"])
        return covers and change["side"] == "task" and bool(reached) and reached >= typed.at
    if change["rule"] == Rule.MISDIRECTED and change["state"] == "refused":
        return True  # onto a row nobody had heard of: what it covered is known to no side
    return covers or (change["side"] == "sheet" and change["new"] == (typed.value or None))
