"""Columns that a person inserts, moves, deletes or renames between our read and our write: what went into a wrong cell is
put back and told, and the value arrives where it was meant to be.
"""

from contextlib import suppress

import pytest
from sqlalchemy import select

from bridge.local_google.api.trouble import Fault
from bridge.local_google.sheet.cells import DateValue
from bridge.store.models import Link, Rule
from bridge.worker.job import Job, acquire, look
from bridge.worker.sweep.restore_ids import restore_ids
from tests.sync.test_refused_rows import Picky

HEADER = ["id", "name", "status", "task_id", "notes", "owner", "due", "phone", "sync"]
ROWS = [["L1", "Ann", "NEW", 1, "a"], ["L2", "Bob", "CONTACTED", 2, "b"], ["L3", "Cyd", "LOST", 3, "c"]]


@pytest.fixture
def sheet(running):
    """Three leads with notes and a column of the people's own, in sync."""
    stack = running(header=HEADER)
    new = [[*row[:3], None, row[4], "", "", f"phone {row[0]}"] for row in ROWS]
    stack.edit("A2:H4", *new)
    stack.deliver(*new, header=HEADER)
    stack.settle()
    return stack


def shown(stack):
    """Header → its column's cells, by lead id; columns without a header that hold anything under their number."""
    header, *rows = stack.google.book.tab("Leads").values(1, 1, 12, 14)
    ids = header.index("id")
    found = {}
    for row in rows:
        if any(cell not in (None, "") for cell in row):
            cells = {text or number: cell for number, (text, cell) in enumerate(zip(header, row, strict=True))}
            found[row[ids]] = {text: cell for text, cell in cells.items() if cell not in (None, "") or text in HEADER}
    return found


def lines(stack, action, first, **more):
    stack.google.person.lines(action, "Leads", first, "COLUMNS", **more)


def right(stack, **patched):
    """What the three rows show once lead 1 shows what was patched."""
    rows = {}
    for lead_id, name, status, task_id, notes in ROWS:
        row = dict.fromkeys(HEADER) | {
            "id": lead_id,
            "name": name,
            "status": status,
            "task_id": task_id,
            "notes": notes,
        }
        rows[lead_id] = row | {"phone": f"phone {lead_id}", "sync": "ok"}
    rows["L1"] |= patched
    return rows


def told(stack, task=1):
    return [(one["field"], one["new"], one["rule"]) for one in stack.changes(task) if one["rule"] == Rule.MISDIRECTED]


def witnesses_under_it(stack):
    """Status, notes and owner are to be written: id, name and task_id move to where these were."""
    lines(stack, "move", 5, count=2, before=1)
    lines(stack, "move", 3, count=2, before=7)
    lines(stack, "move", 4, before=3)


MOVES = {
    "one inserted left of all": lambda stack: lines(stack, "insert", 1),
    "one inserted before notes": lambda stack: lines(stack, "insert", 5),
    "three inserted left of all": lambda stack: lines(stack, "insert", 1, count=3),
    "id moved to the end": lambda stack: lines(stack, "move", 1, before=10),
    "id moved before notes": lambda stack: lines(stack, "move", 1, before=5),
    "notes moved to the front": lambda stack: lines(stack, "move", 5, before=1),
    "status moved to the end": lambda stack: lines(stack, "move", 3, before=10),
    "phone moved before notes": lambda stack: lines(stack, "move", 8, before=5),
    "phone moved before id": lambda stack: lines(stack, "move", 8, before=1),
    "sync moved before status": lambda stack: lines(stack, "move", 9, before=3),
    "notes and owner swapped": lambda stack: lines(stack, "move", 5, before=7),
    "all that tells whose row it is moved under it": lambda stack: witnesses_under_it(stack),
    "the same, and rows sorted": lambda stack: (
        stack.google.person.sort("Leads!A2:I4", 1, ascending=False), witnesses_under_it(stack),
    ),
    "the same, and a row inserted as the id is given back": lambda stack: (
        witnesses_under_it(stack),
        stack.google.trouble.before_write(lambda: stack.google.person.insert_rows("Leads", 2)),
    ),
    "rows sorted, id and an empty column moved under it": lambda stack: (
        stack.google.person.sort("Leads!A2:I4", 1, ascending=False),
        lines(stack, "move", 1, before=6), lines(stack, "insert", 6),
    ),
    "rows sorted, phone moved before notes": lambda stack: (
        stack.google.person.sort("Leads!A2:I4", 1, ascending=False), lines(stack, "move", 8, before=5),
    ),
    "inserted twice": lambda stack: (lines(stack, "insert", 2), lines(stack, "insert", 5)),
    "inserted, and a row too": lambda stack: (lines(stack, "insert", 3), stack.google.person.insert_rows("Leads", 2)),
    "rows sorted too": lambda stack: (
        stack.google.person.sort("Leads!A2:I4", 1, ascending=False), lines(stack, "insert", 3),
    ),
}  # fmt: skip


@pytest.mark.parametrize("move", MOVES)
def test_columns_that_move_under_a_write_leave_no_wrong_cell(sheet, move):
    sheet.google.trouble.before_write(lambda: MOVES[move](sheet))
    sheet.patch(1, status="DONE", notes="from the API", assignee="Eve")
    sheet.settle()
    sheet.later(30)
    sheet.settle()
    sheet.sweep()
    assert shown(sheet) == right(sheet, status="QUALIFIED", notes="from the API", owner="Eve")
    assert [(one["notes"], one["title"], one["status"]) for one in sheet.tasks()] == [
        ("from the API", "Follow up: Ann", "DONE"), ("b", "Follow up: Bob", "IN_PROGRESS"), ("c", "Follow up: Cyd", "DONE"),
    ]  # fmt: skip
    assert len(sheet.tasks()) == 3


@pytest.mark.parametrize("move", sorted(move for move in MOVES if "rows sorted" not in move))
def test_columns_that_move_under_a_write_without_an_answer_leave_no_wrong_cell(sheet, move):
    sheet.google.trouble.before_write(lambda: MOVES[move](sheet))
    sheet.google.trouble.fail(Fault(503, kind="write", landed=True))
    sheet.patch(1, status="DONE", notes="from the API", assignee="Eve")
    sheet.settle()
    sheet.later(30)
    sheet.settle()
    sheet.sweep()
    assert shown(sheet) == right(sheet, status="QUALIFIED", notes="from the API", owner="Eve")
    assert [task["notes"] for task in sheet.tasks()] == ["from the API", "b", "c"]


@pytest.mark.parametrize("move", ["one inserted left of all", "id moved before notes", "phone moved before notes"])
def test_a_process_that_dies_before_it_verifies_leaves_no_wrong_cell(sheet, move):
    opened = sheet.runtime.sheet("leads")
    real = opened.write

    def write(writes):
        MOVES[move](sheet)
        real(writes)
        raise SystemExit

    opened.write = write
    sheet.patch(1, notes="from the API", assignee="Eve")
    with pytest.raises(SystemExit):
        sheet.settle()
    opened.write = real
    sheet.later(120)
    sheet.settle()
    assert shown(sheet) == right(sheet, notes="from the API", owner="Eve")


@pytest.mark.parametrize("echo", [True, False])
def test_what_went_into_a_column_of_the_peoples_own_is_put_back_and_told(sheet, echo):
    sheet.google.trouble.echo_skipped = echo
    sheet.google.trouble.before_write(lambda: lines(sheet, "move", 8, before=5))
    sheet.patch(1, notes="from the API")
    sheet.settle()
    sheet.later(30)
    sheet.settle()
    assert shown(sheet) == right(sheet, notes="from the API")
    assert ("phone", "from the API", Rule.MISDIRECTED) in told(sheet)


def test_a_formula_that_a_write_took_is_put_back_as_one(sheet):
    sheet.edit("H2", ['="+44 "&"20"'])
    sheet.google.trouble.before_write(lambda: lines(sheet, "move", 8, before=5))
    sheet.patch(1, notes="from the API")
    sheet.settle()
    assert sheet.google.book.tab("Leads").formulas(2, 5, 1, 1) == [['="+44 "&"20"']]
    assert shown(sheet) == right(sheet, notes="from the API", phone=shown(sheet)["L1"]["phone"])


def test_a_text_that_a_synced_cell_held_and_nobody_could_read_is_put_back(sheet):
    sheet.edit("G2", ["soon"])
    sheet.deliver(["L1", "Ann", "NEW", 1, "a", "", "soon", "phone L1", "ok"], seq=9, header=HEADER,
                  edited={"first": 7, "last": 7, "typed": "soon"})  # fmt: skip
    sheet.settle()
    sheet.google.trouble.before_write(lambda: lines(sheet, "move", 7, before=5))
    sheet.patch(1, notes="from the API")
    sheet.settle()
    found = shown(sheet)["L1"]
    assert (found["due"], found["notes"]) == ("soon", "from the API")


def test_columns_deleted_and_brought_back_around_a_write_lose_nothing(sheet):
    sheet.edit("A1:A4", *[[text] for text in ("id", "L1", "L2", "L3")])

    def delete():
        lines(sheet, "delete", 4)
        sheet.google.trouble.before_write(sheet.google.person.undo)

    sheet.google.trouble.before_write(delete)
    sheet.patch(1, notes="from the API")
    sheet.settle()
    sheet.later(30)
    sheet.settle()
    assert shown(sheet) == right(sheet, notes="from the API")


def test_a_header_renamed_and_renamed_back_around_a_write_pauses_that_field_only(sheet):
    def rename():
        sheet.edit("E1", ["remarks of mine"])

    sheet.google.trouble.before_write(rename)
    sheet.patch(1, status="DONE", notes="from the API")
    sheet.settle()
    row = sheet.google.book.tab("Leads").values(2, 1, 1, 9)[0]
    assert (row[2], row[4]) == ("QUALIFIED", "a")
    sheet.edit("E1", ["notes"])
    sheet.sweep()
    assert shown(sheet) == right(sheet, status="QUALIFIED", notes="from the API")
    assert sheet.task(1)["notes"] == "from the API"


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("look", ["sweep", "delivery"])
def test_a_date_that_went_into_a_column_of_texts_is_no_edit_of_it(sheet, look, answered):
    """Read there it is another text than was sent, so only the cell's value shows whose it is."""
    sheet.install()
    opened = sheet.runtime.sheet("leads")
    real = opened.write

    def write(writes):
        lines(sheet, "insert", 5)
        echo = real(writes)
        opened.write = real
        if answered:
            return echo
        raise SystemExit

    opened.write = write
    sheet.patch(1, due="2026-12-24")
    with suppress(SystemExit):
        sheet.settle()
    if look == "delivery":
        sheet.google.person.edit("Leads!B2", [["Anna"]])
        sheet.google.scripts.wait_idle(0)
        assert (sheet.task(2) or sheet.task(1))["assignee"] is None
    else:
        sheet.later(400)
        sheet.sweep()
    sheet.later(120)
    sheet.settle()
    name = {"name": "Anna"} if look == "delivery" else {}
    assert shown(sheet) == right(sheet, due=DateValue(46380.0), **name)
    assert [task["assignee"] for task in sheet.tasks()] == [None, None, None]


def test_a_misdirected_write_that_its_column_cannot_read_is_not_told_as_a_persons_word(sheet):
    """A date among the status words, in another lead's row, is there when a sweep looks and gets its word back."""
    move = sheet.google.person.lines
    sheet.google.trouble.before_write(lambda: (lines(sheet, "move", 3, before=8), move("move", "Leads", 2, before=4)))
    sheet.patch(1, due="2026-12-24")
    sheet.drain()
    assert shown(sheet)["L2"]["status"] == DateValue(46380.0)
    sheet.sweep()
    assert shown(sheet) == right(sheet, due=DateValue(46380.0))
    assert [one["reason"] for one in sheet.changes(2) if one["state"] == "refused"] == []
    writes = sheet.calls()[1]
    sheet.sweep()
    assert sheet.calls()[1] == writes


def test_a_protected_header_is_shown_by_the_answer_to_the_write_as_any_other(sheet):
    def calls(notes):
        before = sheet.calls()
        sheet.patch(1, notes=notes)
        sheet.settle()
        assert sheet.cell("E2") == notes
        return [after - was for was, after in zip(before, sheet.calls(), strict=True)]

    usual = calls("an open header")
    sheet.google.book.tab("Leads").protect("A1:Z1")
    sheet.sweep()
    assert calls("a protected one") == usual


def test_columns_that_move_under_a_protected_header_leave_no_wrong_cell(sheet):
    tab = sheet.google.book.tab("Leads")
    tab.protect("A1:Z1")
    sheet.google.trouble.before_write(lambda: lines(sheet, "insert", 5))
    sheet.patch(1, notes="from the API")
    sheet.settle()
    sheet.later(30)
    sheet.settle()
    assert shown(sheet) == right(sheet, notes="from the API")


@pytest.mark.both
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("look", ["sweep", "delivery"])
def test_a_task_number_that_went_into_a_column_of_dates_is_no_date_of_a_persons(sheet, look, answered):
    """There it reads as a day of 1900, and a PATCH of the same field makes it a conflict that the sheet would win."""
    sheet.install()
    opened = sheet.runtime.sheet("leads")
    real = opened.write

    def write(writes):
        lines(sheet, "move", 7, before=4)
        echo = real(writes)
        opened.write = real
        assert sheet.cell("D5") == DateValue(4.0)
        sheet.patch(4, due="2026-12-24")
        if look == "delivery":
            sheet.google.person.edit("Leads!B5", [["Diana"]])
            sheet.google.scripts.wait_idle(0)
        if answered:
            return echo
        raise SystemExit

    opened.write = write
    sheet.edit("A5:G5", ["L4", "Dee", "NEW", None, "d", "", "2026-05-05"])
    with suppress(SystemExit):
        sheet.settle()
    for seconds in (100, 30, 400):
        sheet.later(seconds)
        sheet.settle()
    found = shown(sheet)["L4"]
    name = "Diana" if look == "delivery" else "Dee"
    assert (found["due"], found["task_id"], found["name"]) == (DateValue(46380.0), 4, name)
    assert (sheet.task(4)["due"], sheet.task(4)["title"]) == ("2026-12-24", f"Follow up: {name}")
    assert [one for one in sheet.get("/needs") if one["kind"] == "conflict"] == []


def test_rows_that_move_as_an_empty_row_is_cleared_cost_no_lead_its_value(sheet):
    """A value went into a row that had just been inserted; as it is cleared, Bob's row stands there."""
    person = sheet.google.person
    cleared = sheet.google.trouble.before_write

    def insert():
        person.insert_rows("Leads", 4)
        cleared(lambda: person.lines("move", "Leads", 4, "ROWS", before=2))

    sheet.google.trouble.before_write(insert)
    sheet.patch(3, notes="from the API")
    for seconds in (0, 30, 400):
        sheet.later(seconds)
        sheet.settle()
    expected = right(sheet)
    expected["L3"]["notes"] = "from the API"
    assert shown(sheet) == expected
    assert [one["notes"] for one in sheet.tasks()] == ["a", "b", "from the API"]


def test_columns_that_move_again_and_again_are_followed(sheet):
    moves = [lambda: lines(sheet, "insert", 5), lambda: lines(sheet, "move", 9, before=2), lambda: lines(sheet, "insert", 1),
             lambda: lines(sheet, "move", 3, before=8), lambda: lines(sheet, "insert", 4)]  # fmt: skip

    def strike():
        moves.pop()()
        if moves:
            sheet.google.trouble.before_write(strike)

    sheet.google.trouble.before_write(strike)
    sheet.patch(1, notes="from the API", assignee="Eve", status="DONE")
    sheet.settle()
    sheet.later(60)
    sheet.settle()
    sheet.sweep()
    assert shown(sheet) == right(sheet, status="QUALIFIED", notes="from the API", owner="Eve")
    assert len(sheet.tasks()) == 3


def test_columns_far_apart_are_verified_too(running):
    far = ["id", *[""] * 8, "name", "status", *[""] * 6, "notes", "phone"]
    stack = running(header=far)
    row = ["L1", *[""] * 8, "Ann", "NEW", *[""] * 6, "a", "p"]
    stack.edit("A2:S2", row)
    stack.deliver(row, header=far)
    stack.settle()
    stack.google.trouble.before_write(lambda: lines(stack, "insert", 15))
    stack.patch(1, notes="from the API")
    stack.settle()
    cells = stack.google.book.tab("Leads").values(2, 1, 1, 22)[0]
    assert [cell for cell in cells if cell not in (None, "")] == ["L1", "Ann", "NEW", "from the API", "p"]


@pytest.mark.both
def test_a_row_appended_while_columns_move_is_taken_away_and_appended_anew(running):
    stack = running(header=HEADER, create_rows=True)
    stack.google.trouble.before_write(lambda: lines(stack, "insert", 2))
    stack.post_to("/tasks", title="Follow up: Dee", notes="d")
    stack.settle()
    stack.later(60)
    stack.settle()
    found = shown(stack)
    assert [(row["name"], row["notes"], row["task_id"]) for row in found.values()] == [("Dee", "d", 1)]
    assert list(found) == ["T-1"]
    assert len(stack.tasks()) == 1


@pytest.mark.parametrize(("first", "before"), [(3, 2), (2, 9)], ids=["under another", "away"])
def test_a_row_appended_while_columns_move_that_no_read_shows_yet_gets_its_own_values(running, first, before):
    stack = running(header=HEADER, create_rows=True)
    new = [[*row[:3], None, row[4], "", "", f"phone {row[0]}"] for row in ROWS]
    stack.edit("A2:H4", *new)
    stack.deliver(*new, header=HEADER)
    stack.settle()

    def moves():
        lines(stack, "move", first, before=before)
        stack.google.trouble.lag(5, lasting=1)

    stack.later(20)
    stack.google.trouble.before_write(moves)
    stack.post_to("/tasks", title="Follow up: Dee", notes="d")
    for seconds in (0, 60, 400):
        stack.later(seconds)
        stack.settle()
    stack.sweep()
    found = shown(stack)
    dee = dict.fromkeys(HEADER) | {"id": "T-4", "name": "Dee", "task_id": 4, "notes": "d", "sync": "ok"}
    found["T-4"]["status"] = None  # empty, or the word for it
    assert found == right(stack) | {"T-4": dee}
    assert [(task["title"], task["status"]) for task in stack.tasks() if task["id"] == 4] == [
        ("Follow up: Dee", "TODO")
    ]
    assert len(stack.tasks()) == 4


@pytest.mark.parametrize("column", [2, 9], ids=["the id too", "not the id"])
def test_rows_that_move_before_an_appended_row_is_taken_away_lose_nothing(running, column):
    stack = running(header=HEADER, create_rows=True)
    new = [[*row[:3], None, row[4], "", "", f"phone {row[0]}"] for row in ROWS]
    stack.edit("A2:H4", *new)
    stack.deliver(*new, header=HEADER)
    stack.settle()
    before = right(stack)

    def moves():
        lines(stack, "insert", 1 if column == 2 else 2)
        stack.google.trouble.before_write(lambda: stack.google.person.sort("Leads!A2:Z5", 1, ascending=False))

    stack.google.trouble.before_write(moves)
    stack.post_to("/tasks", title="Follow up: Dee", notes="d")
    for seconds in (0, 60, 400):
        stack.later(seconds)
        stack.settle()
    stack.sweep()
    found = shown(stack)
    assert {lead: found.get(lead) for lead in before} == before
    assert not [task["id"] for task in stack.tasks() if task["archived_at"]]


def test_what_a_sweep_writes_into_a_row_without_a_task_takes_nobodys_cell(sheet):
    sheet.edit("B5:H5", ["Dee", "NEW", None, "d", "", "", "phone of Dee"])
    sheet.google.trouble.before_write(lambda: lines(sheet, "move", 8, before=10))
    sheet.sweep()
    header, *rows = sheet.google.book.tab("Leads").values(1, 1, 5, 9)
    dee = dict(zip(header, rows[3], strict=True))
    assert (dee["phone"], dee["name"]) == ("phone of Dee", "Dee")


@pytest.mark.parametrize("answered", [True, False])
def test_what_is_said_of_a_row_without_a_task_stays_in_no_leads_cell(sheet, answered):
    """A lead moves there with its columns, and reads still show the sheet as it was."""

    def move():
        sheet.google.trouble.lag(60, lasting=5)
        sheet.google.person.insert_rows("Leads", 2)
        lines(sheet, "insert", 1, count=2)

    sheet.edit("B5:C5", ["No id", "NEW"])
    sheet.google.trouble.before_write(move)
    if not answered:
        sheet.google.trouble.fail(Fault(503, kind="write", landed=True))
    sheet.sweep()
    sheet.later(30)
    sheet.settle()
    sheet.sweep()
    found = shown(sheet)
    assert {lead: found[lead] for lead in ("L1", "L2", "L3")} == right(sheet)


class Throttled(Picky):
    """The first such call is answered with 429 instead."""

    def __call__(self, environ, start_response):
        def start(status, headers):
            start_response("429 Too Many Requests" if status.startswith("400") else status, headers)

        google, self.text = super().__call__, self.text if not self.refused else b"never sent"
        return google(environ, start)


def test_what_google_does_not_let_us_put_back_is_told_and_holds_no_other_write(sheet):
    sheet.witness = Picky(sheet.witness, "phone L1")
    sheet.google.trouble.before_write(lambda: lines(sheet, "move", 8, before=5))
    sheet.patch(1, notes="from the API")
    sheet.run_for(60)
    assert shown(sheet) == right(sheet, notes="from the API", phone="from the API")
    (need,) = [need for need in sheet.get("/needs") if need["kind"] == "refused"]
    assert "what stood in 'phone' cannot be put back: Google refuses it" in need["why"]
    sheet.patch(1, notes="again")
    sheet.run_for(60)
    assert shown(sheet)["L1"]["notes"] == "again"
    sheet.witness = sheet.witness.google
    sheet.run_for(301)
    assert shown(sheet) == right(sheet, notes="again")
    assert [need for need in sheet.get("/needs") if need["kind"] == "refused"] == []


def test_while_columns_go_on_moving_nothing_is_written(sheet):
    """The first write goes wrong; after it every look shows another order of columns."""
    opened = sheet.runtime.sheet("leads")
    real = opened.read

    def read(rows=None):
        lines(sheet, "move", 9, before=2)
        return real(rows)

    opened.read = read
    writes = sheet.calls()[1]
    sheet.google.trouble.before_write(lambda: lines(sheet, "insert", 5))
    sheet.patch(1, notes="from the API")
    sheet.patch(2, notes="from the API, too")
    sheet.run_for(120)
    assert sheet.calls()[1] - writes == 1
    (need,) = sheet.get("/needs")
    assert (need["kind"], need["why"].split(":")[0]) == ("paused", "rows or columns are being moved")
    opened.read = real
    sheet.run_for(60)
    assert shown(sheet)["L1"] == right(sheet, notes="from the API")["L1"]
    assert shown(sheet)["L2"]["notes"] == "from the API, too"
    assert sheet.get("/needs") == []


def test_while_something_may_stand_in_a_wrong_cell_few_rows_are_written_at_once(running, caplog):
    stack = running(header=HEADER)
    new = [[f"L{n}", f"name {n}", "NEW", None, "a"] for n in range(1, 17)]
    stack.edit("A2:E17", *new)
    stack.sweep()
    stack.google.trouble.before_write(lambda: lines(stack, "insert", 5))
    stack.patch(1, notes="from the API")
    stack.drain()
    for task in range(2, 17):
        stack.patch(task, notes="from the API")
    stack.google.trouble.before_write(  # the write of one row arrives, the next is of two
        lambda: stack.google.trouble.before_write(lambda: lines(stack, "insert", 5))
    )
    stack.settle()
    assert 1 < sum("column_moved_under_write" in line for line in caplog.messages) <= 3
    assert {row["notes"] for row in shown(stack).values()} == {"from the API"}


@pytest.fixture
def two_taken(sheet):
    """Two values are about to go into own columns that hold a text and a formula."""
    sheet.edit("J1:J2", ["tel"], ['="+44 "&"20"'])
    sheet.google.trouble.before_write(
        lambda: (lines(sheet, "move", 8, before=5), lines(sheet, "move", 10, before=5)),
    )
    sheet.patch(1, notes="from the API", assignee="Eve")
    return sheet


@pytest.mark.parametrize("text", ["phone L1", "+44 "])
@pytest.mark.parametrize("trouble", [Throttled, Picky])
def test_of_a_text_and_a_formula_that_are_put_back_either_may_fail_for_a_while(two_taken, trouble, text):
    two_taken.witness = trouble(two_taken.witness, text)
    two_taken.run_for(60)
    assert two_taken.witness.refused
    two_taken.witness = two_taken.witness.google
    two_taken.run_for(301)
    tab = two_taken.google.book.tab("Leads")
    assert (tab.formulas(2, 5, 1, 1), tab.values(2, 6, 1, 1)) == ([['="+44 "&"20"']], [["phone L1"]])
    assert (shown(two_taken)["L1"]["notes"], shown(two_taken)["L1"]["owner"]) == ("from the API", "Eve")


def test_an_id_is_given_back_in_a_sheet_without_a_column_of_names(running):
    """There is no column of task numbers either; another cell of it tells that it is the row that was read."""
    stack = running(header=["id", "name", "notes"])
    stack.edit("A2:C3", [1, "Ann", "a"], [2, "Bob", "b"])
    stack.sweep()
    stack.edit("B1:B3", [""], [""], [""])
    stack.edit("D1:D3", [""], [""], [""])
    with stack.runtime.writing() as session:
        taken = acquire(session, "leads", stack.clock.now(), stack.runtime.config.lease)
        job = Job(stack.runtime, "leads", taken.token)
        link = session.scalars(select(Link).where(Link.lead_id == "1")).one().id
        session.commit()
    stack.google.book.tab("Leads").write(2, 1, [["from the API"]])
    view = look(job, [2])
    restore_ids(job, view, [(link, view.row(2))])
    assert stack.google.book.tab("Leads").values(2, 1, 2, 3) == [[1, None, "a"], [2, None, "b"]]


def test_a_date_that_may_be_in_any_row_is_no_edit_of_the_texts_of_a_lead(sheet):
    """Rows moved under a write without an answer, and columns to and fro; the other lead's row is delivered before a
    sweep looks.
    """
    sheet.install()
    opened = sheet.runtime.sheet("leads")
    real = opened.write

    def write(writes):
        lines(sheet, "move", 7, before=6)
        sheet.google.person.lines("move", "Leads", 2, before=4)
        real(writes)
        lines(sheet, "move", 7, before=6)
        opened.write = real
        raise SystemExit

    opened.write = write
    sheet.patch(1, due="2026-12-24")
    with suppress(SystemExit):
        sheet.settle()
    sheet.google.person.edit("Leads!B2", [["Bert"]])
    sheet.google.scripts.wait_idle(0)
    assert (sheet.task(2)["title"], sheet.task(2)["assignee"]) == ("Follow up: Bert", None)
    sheet.later(120)
    sheet.settle()
    assert [task["assignee"] for task in sheet.tasks()] == [None, None, None]


@pytest.mark.parametrize("again", ["patch", "nothing"])
def test_what_went_into_another_column_of_its_own_row_without_an_answer_is_no_edit(sheet, again):
    """Columns moved to and fro; the next write of that row looks, before any sweep does."""
    opened = sheet.runtime.sheet("leads")
    real = opened.write

    def write(writes):
        lines(sheet, "move", 7, before=6)
        real(writes)
        lines(sheet, "move", 7, before=6)
        opened.write = real
        raise SystemExit

    opened.write = write
    sheet.patch(1, due="2026-12-24")
    with suppress(SystemExit):
        sheet.settle()
    if again == "patch":
        sheet.patch(1, notes="more")
    sheet.settle()
    sheet.later(120)
    sheet.settle()
    more = {"notes": "more"} if again == "patch" else {}
    assert shown(sheet) == right(sheet, due=DateValue(46380.0), **more)
    assert [task["assignee"] for task in sheet.tasks()] == [None, None, None]
    assert {one["rule"] for one in sheet.changes(1) if one["field"] == "owner"} == {Rule.MISDIRECTED}
