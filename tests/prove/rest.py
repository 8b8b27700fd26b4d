"""The end of a world: trouble stops, time passes, and everything must arrive by itself; then the guarantees are held
against what was done.
"""

from functools import partial

from tests.prove import guarantees, traces
from tests.prove.end import Broken, End
from tests.prove.sheets import Tab
from tests.prove.world import World

LONG = 900.0
"""Seconds after which all is at rest: three of the script's five minutes, and the last of the bridge's waits."""


def calm(world: World) -> None:
    """The trouble stops. Nothing that would help is done."""
    world.note("the trouble stops")
    world.stack.google.trouble.reset()
    world.stack.between.calm()
    world.middleman.calm()
    world.late, world.death.left = 0.0, 0
    if not world.up:
        world.restart()
    for tab in world.tabs:
        _name_back(world, tab)


def _name_back(world: World, tab: Tab) -> None:
    """A person gives the tab and its columns their usual names."""
    person = world.stack.google.person
    for cell, text in tab.usual():
        act = partial(person.edit, f"'{tab.now}'!{cell}", [[text]])
        world.person(f"names the header {text!r} back", act)
    if tab.now != tab.title:
        world.person(f"names the tab {tab.title!r} back", lambda: person.rename(tab.now, tab.title))


def hold(world: World) -> None:
    """Let everything come to rest and check every guarantee."""
    calm(world)
    writes = world.stack.calls()[1]
    world.passes(LONG)
    _answer(world)
    _quiet_sweep(world)
    end = End.of(world)
    guarantees.one_task_per_lead(end)
    guarantees.converge(end)
    guarantees.no_wrong_row(end)
    guarantees.deletions_follow(end)
    traces.no_lost_edit(end)
    traces.no_lost_patch(end)
    traces.every_patch_is_named(end)
    traces.nothing_waits(end)
    traces.nothing_invented(end)
    traces.last_word_stands(end)
    _no_ping_pong(world, writes)


def _answer(world: World) -> None:
    """A person does what the bridge asks for: deletes rows that have lost their id, and approves what vanished at once.
    Nothing may wait for that longer.
    """
    person = world.stack.google.person
    for tab in world.tabs:
        for row in [number for number, cells in tab.rows() if "id" not in cells or cells["id"].value is None][::-1]:
            world.person(
                f"deletes row {row}, which has no id", lambda row=row, tab=tab: person.delete_rows(tab.now, row)
            )  # type: ignore[misc]
    world.passes(90)
    for status in world.stack.get("/status"):
        columns = [f"columns/{name}/" for name in status["held_columns"]]
        for what in columns + (["rows/"] if status["held"] else []):
            world.stack.post_to(f"/sheets/{status['sheet']}/{what}approve")
            world.note(f"person approves {what} of {status['sheet']}")
            world.passes(60)


def _no_ping_pong(world: World, writes: int) -> None:
    """Calls are bounded by changes: no more writes than things that happened, with room for retries."""
    allowed = 3 * world.memory.made + 40
    if world.stack.calls()[1] - writes > allowed:
        raise Broken("no ping-pong", f"{world.stack.calls()[1] - writes} writes for {world.memory.made} changes", world)


def _quiet_sweep(world: World) -> None:
    """Rest is rest: a sweep that somebody asks for finds nothing to do."""
    before = world.stack.calls()
    world.sweep()
    reads, done = (now - then for now, then in zip(world.stack.calls(), before, strict=True))
    if done or reads > 2 * len(world.tabs):
        raise Broken("no ping-pong", f"a quiet sweep cost {reads} reads and {done} writes", world)
