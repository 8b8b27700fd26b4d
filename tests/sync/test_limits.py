"""The limits of every field, in deliveries, sweeps and the API, on both databases: exactly at its limit a value is
taken; beyond it this one cell is refused with a sentence that says so, and everything else of its row is taken.
"""

import pytest

from bridge.local_google.sheet.grid import Grid

HEADER = ["id", "name", "status", "task_id", "notes", "owner", "due"]
NAME = 500 - len("Follow up: ")
EMOJI = "\U0001f600"
FIELDS = {"name": ("B", "title", NAME), "owner": ("F", "assignee", 200), "notes": ("E", "notes", 50_000)}


@pytest.fixture(params=["script", "sweep"])
def stack(request, running):
    """The product; edits come by the script, or by sweeps alone."""
    stack = running(header=HEADER)
    if request.param == "script":
        stack.install()
        stack.settle()
    return stack


def edit(stack, where, *rows):
    stack.edit(where, *rows)
    stack.sweep()


def needs(stack):
    return {
        (need["row"], need["field"], need["why"]) for need in stack.get("/needs") if need["kind"] in {"refused", "row"}
    }


@pytest.mark.both
@pytest.mark.parametrize("sign", ["x", EMOJI], ids=["ascii", "emoji"])
@pytest.mark.parametrize("field", FIELDS)
def test_a_value_at_its_limit_is_taken(stack, field, sign):
    column, task_field, longest = FIELDS[field]
    text = sign * (longest if sign != EMOJI or field != "notes" else 25_000)
    edit(stack, "A2:C2", [1, "Ann", "NEW"])
    edit(stack, f"{column}2", [text])
    assert stack.task(1)[task_field].removeprefix("Follow up: ") == text
    assert needs(stack) == set()
    assert stack.patch(1, **{task_field: stack.task(1)[task_field]}).status_code == 200


@pytest.mark.parametrize("field", ["name", "owner"])
def test_beyond_it_the_cell_alone_is_refused(stack, field):
    column, task_field, longest = FIELDS[field]
    edit(stack, "A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    before = stack.task(1)[task_field]
    edit(stack, f"{column}2:{column}3", ["x" * (longest + 1)], ["short"])
    edit(stack, "C2", ["LOST"])
    assert (stack.task(1)["status"], stack.task(1)[task_field]) == ("DONE", before)
    assert stack.task(2)[task_field].endswith("short")
    said = f"'{'x' * 20}…' is longer than {longest} characters, which is all that its task keeps: shorten it"
    assert needs(stack) == {(2, field, said)}
    edit(stack, f"{column}2", ["z" * (longest + 1)])
    edit(stack, f"{column}2", ["x" * (longest + 1)])
    named = [one["new"][0] for one in stack.changes(1) if one["field"] == field and one["state"] == "refused"]
    assert named[:3] == ["x", "z", "x"]
    assert len(stack.cell(f"{column}2")) == longest + 1
    edit(stack, f"{column}2", ["y" * longest])
    assert stack.task(1)[task_field].endswith("y" * longest)
    assert needs(stack) == set()


def test_new_rows_with_values_beyond_their_limits_have_their_tasks(stack):
    edit(
        stack, "A2:F6", [1, "Ann", "NEW", None, None, "o" * 201], [2, "N" * 600, "NEW"], [3, "Zoë", "NEW"],
        ["i" * 201, "Eve", "NEW"], ["i" * 200, "Kim", "NEW"],
    )  # fmt: skip
    titles = [task["title"].removeprefix("Follow up: ") for task in stack.tasks()]
    assert titles == ["Ann", "N" * (NAME - 1) + "…", "Zoë", "Kim"]
    assert stack.task(1)["assignee"] is None
    found = needs(stack)
    assert (5, None, "the id of row 5 is longer than 200 characters: give it a shorter one") in found
    assert {(row, field) for row, field, _ in found} == {(2, "owner"), (3, "name"), (5, None)}
    assert stack.cell("B3") == "N" * 600
    edit(stack, "B3", ["Nina"])
    assert stack.task(2)["title"] == "Follow up: Nina"
    assert [one for one in stack.changes(2) if one["state"] == "lost"] == []


@pytest.mark.parametrize("field", FIELDS)
def test_the_api_names_the_limit(running, field):
    stack = running(header=HEADER)
    edit(stack, "A2:C2", [1, "Ann", "NEW"])
    _, task_field, _ = FIELDS[field]
    longest = {"title": 500, "assignee": 200, "notes": 50_000}[task_field]
    answer = stack.patch(1, **{task_field: "x" * (longest + 1)})
    assert answer.status_code == 422
    assert str(longest) in answer.json()["errors"][0]["detail"]
    assert stack.patch(1, **{task_field: "x" * longest}).status_code == 200
    stack.settle()
    assert [need for need in stack.get("/needs") if need["kind"] == "dead_letter"] == []


@pytest.mark.both
def test_a_nul_sign_in_any_cell_stops_nothing(stack):
    stack.google.book.tab("Leads").write(1, 9, [["my\0own"]], typed=False)
    edit(stack, "A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    edit(stack, "E2:F2", [f"a\0b \\u0000 \\ud83d {EMOJI}", "\0owner"])
    edit(stack, "A4:C4", ["3\0", "Z\0oe", "NEW"])
    edit(stack, "I3", ["\0"])
    edit(stack, "C3", ["LOST\0"])
    edit(stack, "C2", ["LOST"])
    assert stack.task(1)["notes"] == f"a\ufffdb \\u0000 \\ud83d {EMOJI}"
    assert (stack.task(1)["assignee"], stack.task(1)["status"]) == ("\ufffdowner", "DONE")
    assert stack.task(3)["title"] == "Follow up: Z\ufffdoe"
    assert [(row, field) for row, field, _ in needs(stack)] == [(3, "status")]
    stack.patch(3, notes="written")
    stack.settle()
    assert stack.cell("E4") == "written"
    assert [need for need in stack.get("/needs") if need["kind"] not in {"refused", "silent"}] == []


@pytest.mark.both
@pytest.mark.parametrize("code", [0, 0xD83D, 0xDE00], ids=["NUL", "first half", "second half"])
def test_a_delivery_with_signs_that_no_database_keeps_is_taken(running, code):
    sign = chr(code)
    stack = running(header=HEADER)
    rows = [
        [1, "Ann", "NEW", None],
        [f"2{sign}", f"B{sign}b", f"{sign}NOW", None],
        [3, f"Z{EMOJI}\\ud83d", "NEW", None],
    ]
    answer = stack.deliver(*rows, edited={"first": 2, "last": 2, "typed": sign}).json()
    assert [one["outcome"] for one in answer["outcomes"]] == ["task_created"] * 3
    assert [task["title"][11:] for task in stack.tasks()] == ["Ann", "B\ufffdb", f"Z{EMOJI}\\ud83d"]
    assert stack.tasks()[1]["lead_id"] == "2\ufffd"
    assert stack.patch(1, notes=f"a{sign}").status_code in {400, 422}


@pytest.mark.both
def test_numbers_beyond_every_limit_stop_nothing(stack):
    edit(stack, "A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    edit(stack, "E2:G2", [2.0**70, 1e300, 1e300])
    edit(stack, "A4:D4", [1e300, "Cid", "NEW", "9" * 5000])
    edit(stack, "C3", ["LOST"])
    assert (stack.task(2)["status"], stack.task(1)["due"]) == ("DONE", None)
    assert {row for row, _, _ in needs(stack)} >= {2}


@pytest.mark.both
def test_control_signs_go_both_ways(stack):
    edit(stack, "A2:C2", [1, "Ann", "NEW"])
    text = "".join(map(chr, range(1, 32))) + "x\x7f\x85\u2028y"
    edit(stack, "E2", [text])
    assert stack.task(1)["notes"].endswith("y")
    stack.patch(1, notes=f"z{text}z")
    stack.settle()
    assert stack.cell("E2").endswith("z")
    assert needs(stack) == set()


def widen(stack, columns, rows=10):
    """Make the tab as wide as this."""
    tab = stack.google.book.tab("Leads")
    tab.delete_rows(rows + 1, tab.grid.row_count - rows)
    stack.google.book.change(lambda now: now.changed(0, lambda grid: grid.grown(rows, columns)))
    return tab


@pytest.mark.parametrize("column", [101, pytest.param(18_278, marks=pytest.mark.full)])
def test_a_stray_cell_far_to_the_right_is_no_matter(stack, column):
    tab = widen(stack, column)
    tab.write(1, column, [["far"]])
    tab.write(7, column, [["away"]])
    edit(stack, "A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    edit(stack, "C2", ["LOST"])
    stack.patch(2, notes="written")
    stack.settle()
    assert (stack.task(1)["status"], stack.cell("E3")) == ("DONE", "written")
    assert stack.google.book.toasts == [] or "not sent" not in str(stack.google.book.toasts)
    assert needs(stack) == set()


def test_a_synced_column_far_to_the_right_is_served(stack):
    tab = widen(stack, 1_014)
    tab.write(1, 5, [["mine"]])
    stack.edit("ALZ1", ["notes"])
    stack.settle()
    edit(stack, "A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    edit(stack, "ALZ2", ["far away"])
    assert stack.task(1)["notes"] == "far away"
    stack.patch(2, notes="written")
    stack.settle()
    assert tab.values(3, 1_014)[0][0] == "written"


@pytest.mark.sqlite
@pytest.mark.full
def test_a_deep_tab_beside_hidden_ones_is_served(stack):
    book = stack.google.book
    for number in range(2, 150):
        book.change(lambda now, n=number: now.with_new_tab(Grid(n, f"T{n}", row_count=1, column_count=1, hidden=True)))
    stack.google.book.change(lambda now: now.changed(0, lambda grid: grid.grown(300_000, 26)))
    tab = book.tab("Leads")
    edit(stack, "A2:C2", [1, "Ann", "NEW"])
    tab.write(300_000, 1, [[2, "Bob", "NEW"]])
    stack.sweep()
    stack.edit("C300000", ["LOST"])
    stack.sweep()
    assert [task["status"] for task in stack.tasks()] == ["TODO", "DONE"]
    stack.patch(2, notes="deep down")
    stack.settle()
    assert tab.values(300_000, 5)[0][0] == "deep down"


@pytest.mark.both
def test_a_date_that_no_calendar_has_and_a_row_that_is_cut_short_are_no_matter_of_others(running):
    stack = running(header=HEADER)
    edit(stack, "A2:C2", [1, "Ann", "NEW"])
    stack.patch(1, notes="kept", assignee="Kim")
    stack.settle()
    stack.later(200)
    row = {"row": 2, "cells": [1, "Ann", "LOST", 1], "shown": ["1", "Ann", "LOST", "1"]}
    far = {
        "row": 3,
        "cells": [2, "Bob", "NEW", "", "", "", {"date": "12026-01-01T00:00:00"}],
        "shown": ["2", "Bob", "NEW", "", "", "", "1/1/12026"],
    }
    answer = stack.deliver(header=HEADER, rows=[row, far], seq=9)
    assert [one["outcome"] for one in answer.json()["outcomes"]] == ["task_updated", "task_created"]
    assert (stack.task(1)["notes"], stack.task(1)["assignee"]) == ("kept", "Kim")
    assert "is not a date" in answer.json()["outcomes"][1]["reasons"][0]
