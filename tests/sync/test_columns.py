"""A column is an identity: which column holds a field, and what happens when it is another one than before."""

from tests.stack import Stack

HEADER = ["id", "name", "status", "task_id", "notes"]


def waiting(stack: Stack, kind: str) -> list[str]:
    """What waits for a person, of this kind."""
    return [need["why"] for need in stack.get("/needs") if need["kind"] == kind]


def test_an_alias_left_of_the_exact_header_takes_nothing_and_is_told(stack: Stack) -> None:
    stack.edit("A2:C2", [1, "Ann", "CONTACTED"])
    stack.sweep()
    stack.google.person.lines("insert", "Leads", 2, "COLUMNS")
    stack.edit("B1", ["Stage"])
    stack.sweep()
    assert stack.task(1)["status"] == "IN_PROGRESS"
    told = "2 columns fit status: 'status' (column D) is synced, 'Stage' (column B) is not. Rename what is not meant"
    assert waiting(stack, "twice") == [told]
    stack.edit("B1", ["Stage of the year"])
    stack.sweep()
    assert waiting(stack, "twice") == []
