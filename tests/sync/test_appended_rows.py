"""Where the row of a new task comes, what it looks like, and that it overwrites nothing."""

import pytest

from bridge.local_google.sheet.cells import NumberFormat, Validation

HEADER = ["id", "name", "status", "task_id", "notes", "due", "hot", "score"]
NEW, LOOSE = Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True), Validation("ONE_OF_LIST", ("NEW", "LOST"))


@pytest.fixture
def stack(running):
    """Three leads, and rows from tasks."""
    stack = running(create_rows=True, header=HEADER)
    stack.settle()
    stack.edit("A2:C4", *([n, f"Lead {n}", "NEW"] for n in (1, 2, 3)))
    stack.sweep()
    return stack


def tab(stack):
    return stack.google.book.tab("Leads")


def post(stack, **fields):
    """A task, which gets its row."""
    assert stack.post_to("/tasks", **({"title": "Follow up: Zoë"} | fields)).status_code == 201
    stack.settle()


def names(stack, last=40):
    """Column B, down to the last name."""
    found = [line[0] for line in tab(stack).values(2, 2, last)]
    while found and found[-1] is None:
        found.pop()
    return found


def boxes(stack):
    tab(stack).set_validation("G2:G300", Validation("BOOLEAN", strict=True))
    tab(stack).write(2, 7, [[False]] * 299)


def defaults(stack):
    tab(stack).set_validation("C2:C300", NEW)
    tab(stack).write(2, 3, [["NEW"]] * 299)


def formulas(stack):
    for row in range(2, 60):
        tab(stack).write(row, 3, [["=IF(TRUE,NEW)"]])
        tab(stack).set_result(row, 3, "NEW")


def a_sum(stack):
    tab(stack).write(5, 1, [["Total", "", "", "", "3 leads"]])


def a_note(stack):
    tab(stack).write(9, 2, [["call nobody before nine"]])


def a_stray_number(stack):
    tab(stack).write(7, 4, [[4711]])


@pytest.mark.parametrize("below", [boxes, defaults, formulas, a_sum, a_note, a_stray_number])
def test_the_new_row_comes_right_below_the_last_lead(stack, below):
    below(stack)
    stack.sweep()
    post(stack)
    assert names(stack)[:4] == ["Lead 1", "Lead 2", "Lead 3", "Zoë"]
    assert stack.cell("A5") == "T-4"


def test_what_stands_below_the_leads_stays_as_it_is(stack):
    a_sum(stack)
    post(stack)
    post(stack, title="Follow up: Ann")
    assert tab(stack).values(7, 1, 1, 5) == [["Total", None, None, None, "3 leads"]]
    assert names(stack) == ["Lead 1", "Lead 2", "Lead 3", "Zoë", "Ann"]


def test_the_new_row_looks_like_the_row_above(stack):
    look = NumberFormat("DATE", "dd.mm.yyyy"), NumberFormat("NUMBER", "0.000")
    tab(stack).set_format("F2:F4", look[0])
    tab(stack).set_format("H4", look[1])
    tab(stack).set_validation("C2:C4", LOOSE)
    tab(stack).write(4, 8, [["=A4*2"]])
    post(stack, due="2026-12-24")
    above, new = (tab(stack).cells(row, 1, 1, 8)[0] for row in (4, 5))
    assert [cell.format for cell in new] == [cell.format for cell in above]
    assert [cell.validation for cell in new] == [cell.validation for cell in above]
    assert (new[7].formula, tab(stack).shown(5, 6)) == ("=A5*2", [["24.12.2026"]])
    assert stack.task(4)["due"] == "2026-12-24"


def test_a_formula_down_a_synced_column_goes_on_in_the_new_row(stack):
    tab(stack).write(4, 5, [["=B4"]])
    tab(stack).write(4, 2, [["=X4"]])
    tab(stack).set_result(4, 2, "Lead 3")
    post(stack, notes="ring twice")
    assert tab(stack).formulas(5, 2, 1, 4)[0] == ["", "", "", "=B5"]
    assert stack.cell("B5") == "Zoë"


def test_a_date_in_a_column_without_format_is_a_date_and_in_one_of_text_iso_text(stack):
    post(stack, due="2026-12-24")
    assert tab(stack).cells(5, 6)[0][0].has_date
    tab(stack).set_format("F5", NumberFormat("TEXT"))
    tab(stack).write(5, 6, [["2026-12-24"]])
    stack.sweep()
    post(stack, due="2026-12-25")
    assert stack.cell("F6") == "2026-12-25"


@pytest.mark.parametrize("size", [1, 2])
def test_the_first_row_of_a_sheet_looks_like_the_empty_row_below_the_header_if_there_is_one(running, size):
    stack = running(create_rows=True, header=HEADER)
    stack.settle()
    tab(stack).set_format("A1:H1", NumberFormat("NUMBER", "0.0"))
    tab(stack).set_format("F2", NumberFormat("DATE", "dd.mm.yyyy"))
    stack.google.person.delete_rows("Leads", size + 1, 1000 - size)
    post(stack, due="2026-12-24")
    assert tab(stack).values(2, 1, 1, 4) == [["T-1", "Zoë", "NEW", 1]]
    assert tab(stack).cells(2, 6)[0][0].has_date
    assert (tab(stack).shown(2, 6) == [["24.12.2026"]]) == (size == 2)


def test_a_full_grid_grows(stack):
    stack.google.person.delete_rows("Leads", 5, 996)
    assert tab(stack).grid.row_count == 4
    post(stack)
    assert (stack.cell("B5"), tab(stack).grid.row_count) == ("Zoë", 5)


def typed(stack):
    stack.edit("A5:C5", [77, "Typed meanwhile", "LOST"])


def sorted_meanwhile(stack):
    stack.google.person.sort("Leads!A2:H4", 1, ascending=False)


def inserted(stack):
    stack.google.person.insert_rows("Leads", 2, 2)


def deleted(stack):
    stack.google.person.delete_rows("Leads", 2)


@pytest.mark.parametrize("act", [typed, sorted_meanwhile, inserted, deleted])
def test_what_a_person_does_right_before_the_write_stays(stack, act):
    before = {name: row for row in stack.rows() if (name := row[1])}
    stack.google.trouble.before_write(lambda: act(stack))
    post(stack)
    stack.sweep()
    after = {row[1]: row for row in stack.rows()}
    gone = {"Lead 1"} if act is deleted else set()
    assert {name: after[name] for name in before if name not in gone} == {
        name: row for name, row in before.items() if name not in gone
    }
    assert after["Zoë"][:3] == ["T-4", "Zoë", "NEW"]
    assert act is not typed or after["Typed meanwhile"][:3] == [77, "Typed meanwhile", "LOST"]
    assert len(stack.rows()) == 4 - len(gone) + (act is typed)


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_column_that_comes_right_before_the_write_gets_no_value_of_the_new_row(stack, at):
    stack.google.trouble.before_write(lambda: stack.google.person.lines("insert", "Leads", at, "COLUMNS"))
    post(stack)
    stack.sweep()
    values = [[cell for n, cell in enumerate(line, 1) if n != at] for line in tab(stack).values(2, 1, 12, 9)]
    assert [line[at - 1] for line in tab(stack).values(1, 1, 12, 9)] == [None] * 12
    rows = [line for line in values if any(cell is not None for cell in line)]
    assert [line[:4] for line in rows] == [
        [1, "Lead 1", "NEW", 1], [2, "Lead 2", "NEW", 2], [3, "Lead 3", "NEW", 3], ["T-4", "Zoë", "NEW", 4]
    ]  # fmt: skip


@pytest.mark.parametrize("footer", [False, True])
def test_a_table_has_the_new_row_inside(stack, footer):
    stack.google.person.convert("Leads!A1:H4", "Leads", footer=False)
    if footer:
        tab(stack).write(5, 1, [["Sum"]])
        (table,) = tab(stack).grid.tables
        at = {"tableId": table.id, "rowsProperties": {"footerColorStyle": {"rgbColor": {}}}}
        stack.runtime.sheet("leads").google.http.batch_update(
            stack.google.book.id,
            {"requests": [{"updateTable": {"table": at, "fields": "rowsProperties.footerColorStyle"}}]},
        )
    post(stack)
    (table,) = tab(stack).grid.tables
    assert (table.area.bottom, stack.cell("B5")) == (6 if footer else 5, "Zoë")
    assert stack.cell("A6") == ("Sum" if footer else None)


def test_a_column_that_others_protect_is_left_alone(stack):
    tab(stack).set_format("H4", NumberFormat("NUMBER", "0.000"))
    tab(stack).protect("E:E")
    post(stack, notes="ring twice")
    assert (stack.cell("B5"), stack.cell("E5")) == ("Zoë", None)
    assert "protected" in str(stack.get("/needs"))


@pytest.mark.parametrize("row", [4, 5, 9], ids=["beside the last lead", "right below the leads", "after a gap"])
def test_a_total_is_not_copied_and_its_column_gets_the_tasks_value(stack, row):
    """A row with an id and a name counts as a lead, also where they say "Total"."""
    if row > 4:
        tab(stack).write(row, 1, [["Total", "=COUNTA(B2:B4)", "NEW"]])
        tab(stack).set_result(row, 2, "3 leads")
    tab(stack).write(row, 5, [["=COUNTA(E2:E3)", "", f"=G{row}", f"=SUM($H$2:$H${row - 1})"]])
    tab(stack).write(row, 9, [[f'=SUM(H2:H{row - 1})&"H{row}"']])
    stack.sweep()
    post(stack, notes="ring twice")
    assert tab(stack).formulas(row + 1, 1, 1, 9)[0] == ["", "", "", "", "", "", f"=G{row + 1}", "", ""]
    assert (stack.cell(f"B{row + 1}"), stack.cell(f"E{row + 1}")) == ("Zoë", "ring twice")
