"""Texts that a person cannot tell apart are equal, on both sides, in both channels and in every command."""

import pytest

from bridge.worker.job import Job, look

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


MATCHES = {
    "case": ("Follow up: ÉMILE Groß", "émile GROSS"),
    "letters in parts": ("Follow up: Rene\u0301", "René"),
    "no-break blank": ("Follow up: Ann\u00a0Lee", "Ann Lee"),
    "two blanks and outer ones": ("  Follow  up: Ann   Lee ", "ann lee"),
    "a sign without width": ("Follow up: Ann\u200b Lee", "Ann Lee"),
    "the name alone": ("ANN\u2003LEE", "Ann Lee"),
    "Turkish letters": ("Follow up: SATIŞ", "satış"),
}


@pytest.mark.both
@pytest.mark.parametrize("pair", MATCHES.values(), ids=MATCHES)
def test_the_unique_field_is_recognised_as_a_person_sees_it_on_either_database(running, pair):
    title, name = pair
    stack = running(header=HEADER, match="name")
    stack.post_to("/tasks", title=title)
    stack.post_to("/tasks", title="Follow up: Ann Leé")
    stack.edit("A2:C2", ["A", name, "NEW"])
    stack.sweep()
    assert [task["lead_id"] for task in stack.tasks()] == ["A", None]


@pytest.mark.both
@pytest.mark.parametrize(
    ("one", "other"),
    [("A\u00a012", "A 12"), ("Re\u0301-1", "Ré-1"), ("\ufeffA\u200b12", "A12"), ("\u200f12\u200e ", "12")],
)
def test_a_lead_id_of_the_api_that_looks_like_the_rows_is_the_same(running, one, other):
    stack = running(header=HEADER)
    stack.post_to("/tasks", title="Ann", lead_id=one)
    stack.edit("A2:C2", [other, "Ann", "NEW"])
    stack.sweep()
    assert [task["lead_id"] for task in stack.tasks()] == [other]
    assert [task["id"] for task in stack.get("/tasks", lead_id=one)] == [1]
    assert stack.patch(1, lead_id=one).json()["lead_id"] == other
    assert stack.post_to("/tasks", title="Another", lead_id=one).status_code == 409


def test_a_lead_id_in_which_nothing_can_be_seen_is_none(running):
    stack = running(header=HEADER)
    assert stack.post_to("/tasks", title="Ann", lead_id="\u200b\u00a0").json()["lead_id"] is None
    assert stack.get("/tasks", lead_id="\u200b\u00a0") == []


@pytest.mark.parametrize("tab", ["Leads\u00a0", "\ufeffLeads", "leads", "Le\u00adads"])
def test_a_tab_is_found_whatever_nobody_sees_in_its_name(running, tab):
    stack = running(tab=tab)
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    assert [task["title"] for task in stack.tasks()] == ["Follow up: Ann"]
    assert look(Job(stack.runtime, "leads"), [2]).row(2).lead_id == "1"


def test_explain_and_the_history_know_a_lead_by_its_looks(linked, leadbridge):
    assert "row 2, task 1" in leadbridge("explain", "\u200b12\u00a0").output
    assert leadbridge("changes", "--lead", " 12\u200b").output.count("12") >= 1
    assert linked.get("/changes", lead_id="12\u00a0") == linked.get("/changes", lead_id="12")
    assert leadbridge("sweep", "--dry-run", "--sheet", "Leads ").exit_code in {0, 2}
