"""A column is an identity: which column holds a field, and what happens when it is another one than before."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from bridge.google.snapshot import Snapshot
from bridge.sync.columns import survey as column_survey
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


@pytest.fixture
def twenty(stack: Stack) -> Stack:
    """Twenty leads with a status and a note each, long in sync."""
    return filled(stack)


def filled(stack: Stack) -> Stack:
    """The same sheet, filled."""
    stack.edit("A1:E1", HEADER)
    stack.edit("A2:E21", *([n, f"Lead {n}", "CONTACTED", None, f"note {n}"] for n in range(1, 21)))
    stack.sweep()
    stack.later(31)
    stack.settle()
    return stack


def lost(stack: Stack) -> tuple[int, int]:
    """How many statuses and notes are not as they were typed."""
    tasks = stack.tasks()
    return sum(t["status"] != "IN_PROGRESS" for t in tasks), sum(not t["notes"].startswith("note ") for t in tasks)


def test_a_field_whose_column_is_another_one_is_held_and_lifts_when_the_old_one_is_back(twenty: Stack) -> None:
    twenty.edit("C1", ["status 2025"])
    twenty.edit("F1", ["status"])
    twenty.sweep()
    twenty.patch(3, notes="from the task")
    twenty.settle()
    assert (lost(twenty), twenty.cell("E4")) == ((0, 1), "from the task")
    (why,) = waiting(twenty, "column")
    assert why == (
        "status: 20 rows would change at once, since 'status' (column F) is its column now instead of 'status' "
        "(column C) (what they had is in 'status 2025' (column C)): they stay as they are until a person approves "
        "(leadbridge approve --column status), or the old column has its header back"
    )
    twenty.edit("F1", ["other"])
    twenty.edit("C1", ["status"])
    twenty.edit("C2", ["LOST"])
    twenty.sweep()
    assert (waiting(twenty, "column"), lost(twenty), twenty.task(1)["status"]) == ([], (1, 1), "DONE")


def replace_status(stack: Stack) -> None:
    """The status column gets another header, and an empty one has its header."""
    stack.edit("C1", ["status 2025"])
    stack.edit("F1", ["status"])
    stack.sweep()
    assert len(waiting(stack, "column")) == 1


def test_a_person_approves_the_new_column_and_it_is_taken_at_once(twenty: Stack) -> None:
    replace_status(twenty)
    twenty.edit("F2:F3", ["LOST"], ["QUALIFIED"])
    answer = twenty.post_to("/sheets/leads/columns/status/approve")
    assert answer.json() == {"done": "the column 'status' is status from now on, in 20 rows"}
    assert waiting(twenty, "column") == []
    twenty.settle()
    assert {task["status"] for task in twenty.tasks()} == {"DONE", "TODO"}
    twenty.patch(2, status="IN_PROGRESS")
    twenty.sweep()
    assert (twenty.cell("F3"), twenty.cell("C3"), waiting(twenty, "column")) == ("CONTACTED", "CONTACTED", [])
    again = twenty.post_to("/sheets/leads/columns/status/approve").json()
    assert again == {"done": "nothing awaits approval for status"}


def test_a_field_that_is_not_there_cannot_be_approved(stack: Stack, leadbridge: Callable[..., Any]) -> None:
    answer = stack.post_to("/sheets/leads/columns/nonsense/approve")
    there = "there is no field 'nonsense'; there is id, name, "
    assert (answer.status_code, answer.json()["detail"][: len(there)]) == (404, there)
    told = leadbridge("approve", "--column", "nonsense")
    assert (told.exit_code, there in " ".join(told.stderr.split())) == (2, True)
    assert "nothing awaits approval for status" in leadbridge("approve", "--column", "Status").stdout


def test_the_one_thing_that_is_held_needs_no_name_and_several_do(twenty: Stack, leadbridge: Callable[..., Any]) -> None:
    replace_status(twenty)
    twenty.edit("E1", ["notes 2025"])
    twenty.edit("G1", ["notes"])
    twenty.sweep()
    done = leadbridge("approve")
    assert (done.exit_code, "--column notes" in done.stderr, "--column status" in done.stderr) == (1, True, True)
    assert twenty.post_to("/sheets/leads/approve").status_code == 409
    assert "the column 'notes' is notes from now on" in leadbridge("approve", "--column", "notes").stdout
    assert twenty.post_to("/sheets/leads/approve").json()["done"].startswith("the column 'status' is status")
    twenty.settle()
    assert (lost(twenty), leadbridge("approve").stdout) == ((20, 20), "leads: nothing awaits approval\n")


def test_a_held_field_outlives_a_restart_and_a_delivery_tells_it(twenty: Stack) -> None:
    replace_status(twenty)
    twenty.stop_bridge()
    twenty.start_bridge()
    twenty.settle()
    twenty.edit("E2:F2", ["typed", "LOST"])
    cells = [1, "Lead 1", "CONTACTED", 1, "typed", "LOST"]
    header = ["id", "name", "status 2025", "task_id", "notes", "status"]
    told = twenty.deliver(cells, seq=9, header=header, edited={"first": 5, "last": 6}).json()["outcomes"][0]
    assert (told["outcome"], told["reasons"][0][:40]) == ("task_updated", "status: 20 rows would change at once, si")
    twenty.settle()
    assert (twenty.task(1)["notes"], lost(twenty)) == ("typed", (0, 1))


def test_what_is_patched_while_a_field_is_held_goes_into_no_other_column(twenty: Stack) -> None:
    replace_status(twenty)
    twenty.patch(1, status="DONE", notes="too")
    twenty.settle()
    assert [twenty.cell(name) for name in ("C2", "F2", "E2")] == ["CONTACTED", None, "too"]
    assert [one["state"] for one in twenty.changes(1) if one["field"] == "status"][:1] == ["waiting"]
    twenty.edit("F1", ["mine"])
    twenty.edit("C1", ["Status"])
    twenty.sweep()
    assert (twenty.cell("C2"), twenty.cell("F2"), waiting(twenty, "column")) == ("QUALIFIED", None, [])
    assert [one["state"] for one in twenty.changes(1) if one["field"] == "status"][:1] == ["applied"]


OWN = ["id", "name", "status", "Task", "Bridge"]


def test_own_columns_that_are_headed_like_the_bridges_are_left_alone_and_asked_about(stack: Stack) -> None:
    stack.edit("A1:E1", OWN)
    mine = [["Call back Monday", "Golden Gate"], ["Send offer", None], ["7", None]]
    stack.edit("A2:E4", *([n, f"Lead {n}", "NEW", *mine[n - 1]] for n in range(1, 4)))
    stack.edit("E9", ["a remark below"])
    stack.sweep()
    stack.patch(1, status="DONE")
    stack.settle()
    assert [[stack.cell(f"D{n}"), stack.cell(f"E{n}")] for n in (2, 3)] == mine[:2]
    assert (stack.cell("D4"), stack.cell("E9"), stack.cell("C2")) == (7, "a remark below", "QUALIFIED")
    sync, task = waiting(stack, "column")
    assert "sync: 'Bridge' (column E) holds other things than the bridge writes there, in 2 rows" in sync
    assert "task_id: 'Task' (column D) holds other things than the bridge writes there, in 3 rows" in task
    stack.edit("D1", ["To do next"])
    stack.edit("E1", ["Bridge, where"])
    stack.sweep()
    assert waiting(stack, "column") == []
    stack.edit("F1", ["sync"])
    stack.sweep()
    assert [stack.cell(f"F{n}") for n in (2, 3, 4)] == ["ok"] * 3


def test_an_own_column_that_is_approved_is_filled(stack: Stack) -> None:
    stack.edit("A1:E1", OWN)
    stack.edit("A2:E2", [1, "Ann", "NEW", "Call back", "Golden Gate"])
    stack.sweep()
    assert stack.post_to("/sheets/leads/columns/task_id/approve").status_code == 200
    assert stack.post_to("/sheets/leads/columns/sync/approve").status_code == 200
    stack.settle()
    stack.sweep()
    assert (stack.cell("D2"), stack.cell("E2"), waiting(stack, "column")) == (1, "ok", [])


def test_what_another_bridge_writes_over_ours_is_told_and_nothing_fights(twenty: Stack) -> None:
    another = [[n + 1] for n in range(1, 21)]
    twenty.google.book.tab("Leads").write(2, 4, another)
    twenty.sweep()
    writes = twenty.calls()[1]
    (told,) = waiting(twenty, "column")
    assert "task_id: 'task_id' (column D) holds other things" in told
    assert "in 20 rows; a second bridge may sync this tab" in told
    twenty.patch(1, status="DONE")
    twenty.sweep()
    assert ([[twenty.cell(f"D{n}")] for n in range(2, 22)], twenty.cell("C2")) == (another, "QUALIFIED")
    assert twenty.calls()[1] == writes + 1
    assert twenty.post_to("/sheets/leads/columns/task_id/approve").status_code == 200
    twenty.settle()
    assert ([twenty.cell(f"D{n}") for n in (2, 21)], waiting(twenty, "column")) == ([1, 20], [])


def test_task_ids_of_ours_that_went_into_other_rows_are_put_right_and_hold_nothing(stack: Stack) -> None:
    stack.edit("A2:C21", *([n, f"Lead {n}", "NEW"] for n in range(1, 21)))
    stack.google.trouble.before_write(lambda: stack.google.person.sort("Leads!A2:D21", 1, ascending=False))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 21)))
    stack.drain()
    assert [stack.cell(f"D{n}") for n in (2, 21)] == [1, 20]
    stack.sweep()
    assert waiting(stack, "column") == []
    stack.settle()
    assert {(stack.cell(f"A{n}"), stack.cell(f"D{n}")) for n in range(2, 22)} == {(n, n) for n in range(1, 21)}


def test_a_few_task_ids_that_a_person_typed_over_ours_are_put_back(twenty: Stack) -> None:
    twenty.edit("D2:D6", *([[n + 50] for n in range(5)]))
    twenty.sweep()
    assert ([twenty.cell(f"D{n}") for n in range(2, 7)], waiting(twenty, "column")) == ([1, 2, 3, 4, 5], [])


def test_a_task_id_that_a_person_typed_for_a_task_there_is_is_nothing_foreign(stack: Stack) -> None:
    stack.post_to("/tasks", title="Made before")
    stack.edit("A2:D2", [1, "Ann", "NEW", 1])
    stack.sweep()
    assert (stack.task(1)["lead_id"], waiting(stack, "column")) == ("1", [])


def test_a_column_that_was_only_moved_or_renamed_with_its_values_holds_nothing(twenty: Stack) -> None:
    twenty.google.person.lines("insert", "Leads", 2, "COLUMNS")
    twenty.edit("D2:D4", ["LOST"], ["LOST"], ["LOST"])
    twenty.sweep()
    assert (waiting(twenty, "column"), twenty.task(1)["status"]) == ([], "DONE")
    twenty.edit("D1", ["Stage"])
    twenty.edit("D5:D6", ["LOST"], ["LOST"])
    twenty.sweep()
    assert (waiting(twenty, "column"), twenty.task(5)["status"]) == ([], "DONE")
    twenty.patch(6, status="DONE")
    twenty.settle()
    assert twenty.cell("D7") == "QUALIFIED"


def test_many_edits_in_a_column_that_stays_are_no_other_column(twenty: Stack) -> None:
    twenty.edit("C2:C21", *([["LOST"]] * 20))
    twenty.edit("E2:E21", *([[""]] * 20))
    twenty.edit("G1", ["my own"])
    twenty.sweep()
    assert (waiting(twenty, "column"), {task["status"] for task in twenty.tasks()}) == ([], {"DONE"})


@pytest.mark.parametrize(("field", "exact", "alias"), [("notes", "notes", "note"), ("status", "status", "Stage")])
def test_an_alias_that_takes_over_is_held(twenty: Stack, field: str, exact: str, alias: str) -> None:
    letter = {"notes": "E", "status": "C"}[field]
    twenty.edit(f"{letter}1", [f"{exact} of 2025"])
    twenty.edit("F1:F21", [alias], *([["NEW"]] * 20))
    twenty.sweep()
    assert [why.partition(":")[0] for why in waiting(twenty, "column")] == [field]
    assert lost(twenty) == (0, 0)


def test_a_second_column_of_one_header_left_of_the_first_is_held(twenty: Stack) -> None:
    twenty.google.person.lines("insert", "Leads", 3, "COLUMNS")
    twenty.edit("C1", ["status"])
    twenty.sweep()
    assert (lost(twenty), len(waiting(twenty, "column")), len(waiting(twenty, "twice"))) == ((0, 0), 1, 1)


def test_a_column_put_in_the_place_of_a_renamed_one_is_held(twenty: Stack) -> None:
    twenty.google.person.lines("insert", "Leads", 3, "COLUMNS")
    twenty.edit("C1:D1", ["status", "status 2025"])
    twenty.sweep()
    assert (lost(twenty), len(waiting(twenty, "column"))) == ((0, 0), 1)


def test_two_columns_that_swap_their_headers_are_held(twenty: Stack) -> None:
    twenty.edit("B1", ["notes"])
    twenty.edit("E1", ["name"])
    twenty.sweep()
    assert [why.partition(":")[0] for why in waiting(twenty, "column")] == ["name", "notes"]
    assert twenty.task(1)["title"] == "Follow up: Lead 1"


def test_the_sync_cell_says_that_a_field_is_held_and_ok_when_it_is_back(twenty: Stack) -> None:
    twenty.edit("H1", ["sync"])
    twenty.sweep()
    replace_status(twenty)
    assert str(twenty.cell("H2")).startswith("held: status: 20 rows would change at once")
    twenty.edit("F1", ["other"])
    twenty.edit("C1", ["\u200bstatus"])
    twenty.sweep()
    assert (twenty.cell("H2"), twenty.cell("H21")) == ("ok", "ok")


def test_a_header_that_is_named_back_is_the_column_it_was_whatever_was_pasted_meanwhile(twenty: Stack) -> None:
    twenty.edit("C1", ["other status"])
    twenty.sweep()
    twenty.edit("C1", ["yet another"])
    twenty.sweep()
    twenty.edit("C2:C21", *([["LOST"]] * 20))
    twenty.edit("E2:E21", *([["pasted"]] * 20))
    twenty.edit("C1", ["status"])
    twenty.sweep()
    assert (waiting(twenty, "column"), lost(twenty)) == ([], (20, 20))


@pytest.mark.parametrize("shift", [False, True])
def test_what_is_pasted_while_another_header_is_renamed_is_no_other_column(twenty: Stack, shift: bool) -> None:
    twenty.edit("F1:G1", ["mine", "yours"])
    twenty.sweep()
    replace_status(twenty) if shift else None
    twenty.edit("G1", ["theirs"])
    twenty.edit("E2:E21", *([["pasted"]] * 20))
    twenty.sweep()
    assert [why.partition(":")[0] for why in waiting(twenty, "column")] == ["status"] * shift
    assert lost(twenty) == (0, 20)


def test_a_column_whose_neighbour_took_its_header_is_held_until_it_is_approved(twenty: Stack) -> None:
    twenty.edit("F1:F21", ["mine"], *([[f"my {n}"] for n in range(20)]))
    twenty.sweep()
    twenty.google.person.lines("delete", "Leads", 5, "COLUMNS")
    twenty.edit("E1", ["notes"])
    twenty.sweep()
    twenty.sweep()
    (why,) = waiting(twenty, "column")
    assert why.startswith("notes: 20 rows would change at once,")
    assert why.endswith("until a person approves (leadbridge approve --column notes), or puts the old values back")
    assert lost(twenty) == (0, 0)
    twenty.google.person.lines("insert", "Leads", 2, "COLUMNS")
    twenty.sweep()
    assert (len(waiting(twenty, "column")), lost(twenty)) == (1, (0, 0))
    twenty.google.person.lines("insert", "Leads", 2, "COLUMNS")
    twenty.post_to("/sheets/leads/approve")
    twenty.settle()
    twenty.sweep()
    assert (waiting(twenty, "column"), lost(twenty)) == ([], (0, 20))


@pytest.mark.parametrize("sweeps", [0, 1])
def test_an_empty_column_in_the_place_of_one_that_was_renamed_is_no_return(twenty: Stack, sweeps: int) -> None:
    twenty.edit("C1", ["status 2025"])
    twenty.sweep()
    twenty.google.person.lines("insert", "Leads", 3, "COLUMNS")
    for _ in range(sweeps):
        twenty.sweep()
    twenty.edit("C1", ["status"])
    twenty.sweep()
    assert (lost(twenty), len(waiting(twenty, "column"))) == ((0, 0), 1)
    twenty.google.person.lines("delete", "Leads", 4, "COLUMNS")
    twenty.sweep()
    assert (lost(twenty), len(waiting(twenty, "column"))) == ((0, 0), 1)


def test_a_column_renamed_while_it_is_held_and_named_back_is_still_held(twenty: Stack) -> None:
    replace_status(twenty)
    twenty.edit("F1", ["later"])
    twenty.sweep()
    twenty.edit("F2:F21", *([["LOST"]] * 20))
    twenty.edit("F1", ["status"])
    twenty.sweep()
    assert (lost(twenty), len(waiting(twenty, "column"))) == ((0, 0), 1)


@pytest.mark.parametrize("match", ["name", "notes"])
@pytest.mark.parametrize("by", ["sweep", "delivery"])
def test_a_new_row_waits_while_the_column_that_finds_its_task_is_held(
    running: Callable[..., Stack], match: str, by: str
) -> None:
    stack = filled(running(header=HEADER, match=match))
    at = HEADER.index(match)
    stack.edit(f"{'ABCDE'[at]}1", [f"{match} 2025"])
    stack.edit("F1", [match])
    stack.sweep()
    assert [why.partition(":")[0] for why in waiting(stack, "column")] == [match]
    stack.post_to("/tasks", title="Follow up: Bob", notes="of Bob")
    row = [99, "Bob", "NEW", None, "of Bob", "Bob" if match == "name" else "of Bob"]
    if match == "name":
        row[1] = "not his name"
    stack.edit("A22:F22", row)
    if by == "sweep":
        stack.sweep()
    else:
        header = [*(f"{match} 2025" if name == match else name for name in HEADER), match]
        (told,) = stack.deliver(row, first=22, seq=9, header=header, edited={"first": 1, "last": 2}).json()["outcomes"]
        assert (told["task_id"], told["reasons"][0][:27]) == (None, "row 22 gets its task later:")
    stack.settle()
    assert len(stack.tasks()) == 21
    stack.post_to(f"/sheets/leads/columns/{match}/approve")
    stack.settle()
    stack.sweep()
    assert (len(stack.tasks()), stack.task(21)["lead_id"]) == (21, "99")


def test_a_delivery_makes_no_task_before_a_sweep_has_seen_the_matching_column_where_it_is(
    running: Callable[..., Stack],
) -> None:
    stack = filled(running(header=HEADER, match="notes"))
    stack.post_to("/tasks", title="Follow up: Robert", notes="of Bob")
    stack.google.person.lines("insert", "Leads", 2, "COLUMNS")
    header, row = ["id", "", *HEADER[1:]], [99, None, "Bob", "NEW", None, "of Bob"]
    stack.edit("A22:F22", row)
    (told,) = stack.deliver(row, first=22, seq=9, header=header, edited={"first": 3, "last": 3}).json()["outcomes"]
    assert told["reasons"] == ["row 22 gets its task as soon as the bridge has looked at the column of notes"]
    stack.settle()
    assert (len(stack.tasks()), stack.task(21)["lead_id"]) == (21, "99")


@pytest.mark.parametrize(
    ("cells", "most"), [(["A1", "F1"], 1), (["C1", "E1", "F1", "G1"], 2)], ids=["id", "two fields"]
)
def test_a_look_at_the_columns_reads_no_row_once_for_each_column(
    twenty: Stack, monkeypatch: pytest.MonkeyPatch, cells: list[str], most: int
) -> None:
    """Once for the ids and once for all other fields, however many are in doubt and however wide the sheet is."""
    read: Counter[int] = Counter()
    look, decode = column_survey.decide, Snapshot.cells

    def counted(snapshot: Snapshot, number: int) -> Any:
        read[number] += 1
        return decode(snapshot, number)

    def looked(*arguments: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(Snapshot, "cells", counted)
            return look(*arguments)

    headers = {"A1": "id 2025", "C1": "status 2025", "E1": "notes 2025"}
    fresh = iter(["id"] if most == 1 else ["status", "notes"])
    for cell in cells:
        twenty.edit(cell, [headers.get(cell) or next(fresh)])
    monkeypatch.setattr(column_survey, "decide", looked)
    twenty.sweep()
    assert len(waiting(twenty, "column")) == len(cells) // 2
    assert {number: read[number] for number in range(2, 22)} == dict.fromkeys(range(2, 22), most)


@pytest.mark.sqlite
def test_others_may_write_while_a_sweep_looks_at_all_rows(twenty: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    free: list[int] = []
    look, decode = column_survey.decide, Snapshot.cells

    def reads(snapshot: Snapshot, number: int) -> Any:
        with closing(sqlite3.connect(twenty.home / "tasks.db", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
        free.append(number)
        return decode(snapshot, number)

    def looked(*arguments: Any) -> Any:
        with monkeypatch.context() as patch:
            patch.setattr(Snapshot, "cells", reads)
            return look(*arguments)

    monkeypatch.setattr(column_survey, "decide", looked)
    twenty.edit("A1:C1", ["id 2025", "id", "status 2025"])
    twenty.sweep()
    assert set(free) >= set(range(2, 22))


def test_a_column_that_is_approved_while_a_sweep_looks_stays_approved(
    twenty: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, approved = column_survey.decide, []

    def looked(*arguments: Any) -> Any:
        found = look(*arguments)
        if not approved:
            approved.append(twenty.post_to("/sheets/leads/columns/notes/approve").status_code)
        return found

    twenty.edit("E1:F1", ["notes 2025", "notes"])
    twenty.sweep()
    assert len(waiting(twenty, "column")) == 1
    monkeypatch.setattr(column_survey, "decide", looked)
    twenty.sweep()
    assert (approved, waiting(twenty, "column")) == ([200], [])


@pytest.fixture
def three(stack: Stack) -> Stack:
    """Three leads with a note each, in sync: fewer rows than may change at once."""
    stack.edit("A1:E1", HEADER)
    stack.edit("A2:E4", *([n, f"Lead {n}", "CONTACTED", None, f"note {n}"] for n in (1, 2, 3)))
    stack.sweep()
    stack.later(31)
    stack.settle()
    return stack


@pytest.mark.parametrize(
    ("header", "place", "column"),
    [("NOTES", 1, "notes"), ("NOTES", 5, "notes"), ("task id", 4, "task_id"), ("ID", 1, "id"), ("lead_id", 1, None)],
)
def test_a_second_column_of_one_header_left_of_the_agreed_one_takes_nothing(
    three: Stack, header: str, place: int, column: str | None
) -> None:
    """Neither by a delivery before a sweep has looked, nor by the sweep, however few rows there are."""
    before = three.tasks()
    three.google.person.lines("insert", "Leads", place, "COLUMNS")
    three.edit(f"{chr(64 + place)}1", [header])
    headers, row = [*HEADER], [1, "Lead 1", "CONTACTED", 1, "note 1"]
    headers.insert(place - 1, header)
    row.insert(place - 1, "9")
    three.deliver(row, seq=9, header=headers, edited={"first": place, "last": place})
    assert three.tasks() == before
    for _ in range(2):
        three.sweep()
        assert three.tasks() == before
        assert {why.split(":")[0] for why in waiting(three, "column")} <= {column}
    three.google.person.lines("delete", "Leads", place, "COLUMNS")
    three.sweep()
    three.patch(1, notes="from the API")
    three.settle()
    assert (three.cell("E2"), waiting(three, "column")) == ("from the API", [])
