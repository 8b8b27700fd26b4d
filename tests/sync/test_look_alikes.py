"""Texts that a person cannot tell apart are equal, on both sides, in both channels and in every command."""

import pytest

HEADER = ["id", "name", "status", "task_id", "notes", "owner"]
TWINS = {
    "no-break blank": ("call\u00a0back", "call back"),
    "two blanks": ("call  back", "call back"),
    "letters in parts": ("Rene\u0301", "Ren\u00e9"),
    "a sign without width": ("call\u200b back", "call back"),
    "a direction sign": ("\u200ecall back", "call back"),
    "blanks at a line's end": ("call\u2003\nback", "call\nback"),
}


@pytest.fixture(params=["script", "sweep"])
def stack(running, request):
    stack = running(header=HEADER)
    if request.param == "script":
        stack.install()
        stack.settle()
    return stack


def met(stack):
    """What was typed reaches the bridge, by the script or by a sweep, and both sides come to rest."""
    stack.google.scripts.wait_idle(10)
    stack.sweep()


def said(stack):
    """Values in the history, of both fields that are tried here."""
    return [(one["field"], one["new"]) for one in stack.changes(1) if one["field"] in {"notes", "owner", "name"}]


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
def test_a_text_retyped_to_look_the_same_is_no_change(stack, twin):
    typed, plain = twin
    stack.edit("A2:F2", [1, plain.replace("\n", " "), "NEW", None, plain, plain])
    met(stack)
    before, history = stack.task(1), said(stack)
    stack.edit("B2", [typed.replace("\n", " ")])
    stack.edit("E2:F2", [typed, typed])
    met(stack)
    writes = stack.calls()[1]
    met(stack)
    assert (stack.task(1), said(stack), stack.calls()[1]) == (before, history, writes)
    assert stack.get("/needs") == [need for need in stack.get("/needs") if need["kind"] == "silent"]
    stack.edit("B2", ["Bob"])
    met(stack)
    assert (stack.task(1)["title"], [need for need in stack.get("/needs") if need["kind"] == "conflict"]) == (
        "Follow up: Bob",
        [],
    )


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)
def test_both_sides_changed_to_look_the_same_are_no_conflict_and_no_ping_pong(stack, twin):
    typed, plain = twin
    stack.edit("A2:F2", [1, "Ann", "NEW", None, "old", "old"])
    met(stack)
    stack.google.book.tab("Leads").write(2, 5, [[typed]])
    stack.patch(1, notes=plain)
    met(stack)
    writes = stack.calls()[1]
    met(stack)
    assert (stack.calls()[1], stack.task(1)["notes"], stack.cell("E2")) == (writes, plain, typed)
    assert [need for need in stack.get("/needs") if need["kind"] == "conflict"] == []
    stack.patch(1, notes="new")
    met(stack)
    stack.edit("E2", ["newer"])
    met(stack)
    assert (stack.task(1)["notes"], stack.cell("E2")) == ("newer", "newer")


@pytest.mark.both
def test_a_task_patched_to_look_the_same_writes_nothing(stack):
    stack.edit("A2:F2", [1, "Ann\u00a0Lee", "NEW", None, "call\u00a0back", None])
    met(stack)
    writes = stack.calls()[1]
    stack.patch(1, notes="call back", title="Follow up: Ann Lee")
    met(stack)
    assert (stack.calls()[1], stack.cell("E2"), stack.cell("B2")) == (writes, "call\u00a0back", "Ann\u00a0Lee")
    stack.patch(1, notes="call later")
    met(stack)
    assert (stack.cell("E2"), stack.calls()[1]) == ("call later", writes + 1)
