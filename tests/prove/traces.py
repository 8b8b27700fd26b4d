"""What must hold of what persons and programs did: each of it stands on both sides, or its lead's own history names it
and says why it does not.
"""

from sqlalchemy import func, select

from bridge.store.models import Link, OverwrittenEdit, Rule
from tests.prove.end import Broken, End
from tests.prove.memory import Said
from tests.prove.sheets import Lead, Tab, Unreadable

NOT_TAKEN = {"lost", "refused", "taken"}
KEPT = {Rule.MISDIRECTED, Rule.COVERED}
"""Rules of lines that keep a word which may have stood in the cell: it is offered, and the cell has its own value."""


def no_lost_edit(end: End) -> None:
    """The last thing a person typed into a cell stands there, or the history names it and what beat it."""
    for lead_id, lead in end.leads.items():
        for name in ("name", *lead.tab.fields):
            typed = end.memory.last(lead_id, name, "sheet", "pasted", "undone")
            if typed is None or typed.side == "undone" or lead_id in end.memory.doubled or name not in lead.cells:
                continue
            if lead.tab.same(name, typed.value, lead.cells[name]) or _pasted_under(end, lead, name, typed):
                continue
            if not _beaten(end, lead.tab, lead_id, name, typed):
                why = f"typed {typed.value!r}, shows {lead.cells[name]!r}, and no change says why"
                raise end.broken("no lost edit", lead_id, name, why)


def _pasted_under(end: End, lead: Lead, name: str, typed: Said) -> bool:
    """Our write fell onto the pasted block, whose event tells no values: the README's limits say so."""
    programs = (one for one in end.memory.said[lead.id, name] if one.side in {"task", "maybe"})
    return typed.side == "pasted" and any(lead.tab.same(name, one.value, lead.cells[name]) for one in programs)


def _beaten(end: End, tab: Tab, lead_id: str, name: str, typed: Said) -> bool:
    if isinstance(typed.value, Unreadable):
        told = {typed.value.shown[:1000], typed.value.bare[:1000]}
        return any(told & {one["old"], one["new"]} for one in end.of_field(tab, lead_id, name))
    return any(
        one["side"] == "task" or one["state"] in {"applied", *NOT_TAKEN} for one in end.named(tab, lead_id, name, typed)
    )


def no_lost_patch(end: End) -> None:
    """The last thing a program said of a task still holds; or it lost a conflict or was refused, with a reason; or a
    later change of the sheet took its place, one that a person made.
    """
    for link in end.links:
        tab, task = end.tab(link), end.tasks[link.task_id]
        for name in tab.fields:
            said = end.memory.last(link.lead_id, name, "task", "maybe")
            if said is None or said.side == "maybe" or link.lead_id in end.memory.doubled:
                continue
            if not tab.same(name, said.value, tab.task_says(task, name)) and not _replaced(end, tab, link, name, said):
                why = f"said {said.value!r}, is {tab.task_says(task, name)!r}, and no change says why"
                raise end.broken("no lost patch", link.lead_id, name, why)


def _replaced(end: End, tab: Tab, link: Link, name: str, said: Said) -> bool:
    persons = [one.value for one in end.memory.said[link.lead_id, name] if one.side not in {"task", "maybe"}]
    for change in end.of_field(tab, link.lead_id, name):
        if change["id"] <= said.mark.newest:
            continue
        new = end.meaning(tab, name, change, "new")
        if change["side"] == "task" and change["state"] in NOT_TAKEN and tab.same(name, new, said.value):
            return bool(change["reason"])
        by_person = change["side"] == "sheet" and change["state"] == "applied"
        if by_person and any(tab.same(name, new, one) for one in persons):
            return True
    return False


def every_patch_is_named(end: End) -> None:
    """Each acknowledged change of a task is in its lead's own history."""
    for link in end.links:
        tab = end.tab(link)
        if link.lead_id in end.memory.doubled and link.lead_id in end.memory.renamed.values():
            continue  # what was said of two rows with one id, of which this is one
        for name in tab.fields:
            for said in end.memory.said[link.lead_id, name]:
                if said.side == "task" and not end.named(tab, link.lead_id, name, said):
                    raise end.broken("no lost patch", link.lead_id, name, f"no change names {said.value!r}")


def nothing_waits(end: End) -> None:
    """At rest no change is under way, no row owes a write, and nothing typed is still looked for. Only the leads of a
    sheet that is held, because all its rows vanished, wait for a person.
    """
    held = {status["sheet"]: status["held_why"] for status in end.world.stack.get("/status")}
    asked = {link.lead_id for link in end.links if held[link.sheet] and link.lead_id not in end.leads}
    for lead_id, history in end.history.items():
        for change in history:
            if change["state"] == "waiting" and lead_id not in asked:
                raise end.broken("nothing waits", lead_id, change["field"], f"change {change['id']} waits at rest")
    for link in end.links:
        if (link.wanted > link.written and link.lead_id not in asked) or link.failed_at is not None:
            raise end.broken("nothing waits", link.lead_id, "", f"owes a write: {link.error}")
    with end.world.stack.runtime.session() as session:
        if kept := session.scalar(select(func.count()).select_from(OverwrittenEdit)):
            raise Broken("nothing waits", f"{kept} typed words are still looked for", end.world)


def nothing_invented(end: End) -> None:
    """What the history calls a person's edit, or a program's, somebody made: its value was given to that very lead."""
    for link in end.links:
        tab = end.tab(link)
        for name in tab.fields:
            given = end.memory.said[link.lead_id, name]
            for change in (
                end.of_field(tab, link.lead_id, name) if given and link.lead_id not in end.memory.doubled else ()
            ):
                new = end.meaning(tab, name, change, "new")
                if (
                    change["state"] == "applied"
                    and new is not None
                    and not any(tab.same(name, new, one.value) for one in given)
                ):
                    raise end.broken("nothing invented", link.lead_id, name, f"change {change['id']} says {new!r}")


def last_word_stands(end: End) -> None:
    """At the end each side has the last word of one of the two: nobody's older word comes back by itself."""
    for _, tab, lead, task in end.active():
        for name in tab.fields:
            person = end.memory.last(lead.id, name, "sheet", "pasted", "undone")
            if person is None or person.side == "undone" or isinstance(person.value, Unreadable):
                continue
            words = [person.value, *(one.value for one in end.memory.said[lead.id, name] if one.side == "maybe")]
            if (program := end.memory.last(lead.id, name, "task")) is not None:
                words.append(program.value)
            shown = tab.task_says(task, name)
            offered = any(one["rule"] in KEPT for one in end.of_field(tab, lead.id, name))
            if not offered and not any(tab.same(name, shown, one) for one in words):
                raise end.broken("the last word stands", lead.id, name, f"the task says {shown!r}")
