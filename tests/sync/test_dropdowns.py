"""Dropdowns, from a list or a range: what they take, and how it is spelled."""

import pytest

from bridge.google import dropdowns
from bridge.local_google.sheet.cells import Validation
from tests.sync.kinds import lead, refused


def test_a_value_outside_the_dropdown_is_not_written_and_said(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True))
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C2") == "NEW"
    assert refused(stack) == [("status", "'CONTACTED' is not in the cell's dropdown: NEW, LOST")]
    stack.google.book.tab("Leads").set_validation("C2:C9", None)
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == ("CONTACTED", [])


def test_a_dropdown_keeps_its_own_spelling(running):
    stack = running()
    lead(stack)
    options = ("New", "Contacted", "Qualified", "Lost")
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", options, strict=True))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "Qualified"
    before = stack.calls()[1]
    stack.sweep()
    assert stack.calls()[1] == before


def opened(stack, rows=None):
    """The tab as the bridge reads it: all of it, or some rows."""
    return stack.runtime.sheet("leads").read(rows)


def test_a_dropdown_from_a_range_of_the_same_tab_is_known(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").write(2, 12, [["New"], ["Lost"]])
    stack.google.person.dropdown("C2:C9", source="L2:L")
    assert opened(stack).cells(2)[2].options == ("New", "Lost")
    stack.google.person.dropdown("C2:C9", source="L3:L3")
    assert opened(stack, [2]).cells(2)[2].options == ("Lost",)


def test_a_value_outside_the_range_of_a_dropdown_is_not_written_by_a_sweep_and_said(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").write(2, 12, [["NEW"], ["LOST"]])
    stack.google.person.dropdown("C2:C9", source="L2:L")
    stack.patch(1, status="DONE")
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == (
        "NEW",
        [("status", "'QUALIFIED' is not in the cell's dropdown: NEW, LOST")],
    )
    stack.google.book.tab("Leads").write(4, 12, [["Qualified"]])
    stack.sweep()
    assert (stack.cell("C2"), refused(stack)) == ("Qualified", [])


@pytest.fixture(params=["Words", "It's ours!", "Wörter 2", "this tab"])
def listed(running, request):
    """A lead in sync, whose status and owner are dropdowns of ranges with words of their own; and where these stand."""
    stack = running(header=["id", "name", "status", "task_id", "owner"], create_rows=True)
    stack.edit("A2:E2", ["L1", "Ann", "NEW", None, ""])
    stack.deliver(["L1", "Ann", "NEW", None, ""], header=["id", "name", "status", "task_id", "owner"])
    stack.settle()
    title, column = ("Leads", 12) if request.param == "this tab" else (request.param, 2)
    tab = stack.google.book.tab(title) if column == 12 else stack.google.book.add_tab(title)
    tab.write(2, column, [["New", "Ada"], ["Contacted", "Bob"]])
    first, second = ("L", "M") if column == 12 else ("B", "C")
    for cells, of in (("C2:C9", first), ("E2:E9", second)):
        quoted = title.replace("'", "''")
        stack.google.person.dropdown(cells, source=f"'{quoted}'!{of}2:{of}")
    return stack, tab, column


@pytest.mark.both
def test_a_word_is_written_as_the_range_of_a_dropdown_spells_it(listed):
    stack, _, _ = listed
    stack.patch(1, status="IN_PROGRESS", assignee="BOB")
    stack.settle()
    assert (stack.cell("C2"), stack.cell("E2"), refused(stack)) == ("Contacted", "Bob", [])


def test_a_value_that_the_range_of_a_dropdown_lacks_is_refused_until_it_has_it(listed):
    stack, tab, column = listed
    stack.patch(1, status="DONE", assignee="Eve")
    stack.settle()
    assert (stack.cell("C2"), stack.cell("E2")) == ("NEW", None)
    assert refused(stack) == [
        ("status", "'QUALIFIED' is not in the cell's dropdown: New, Contacted"),
        ("owner", "'Eve' is not in the cell's dropdown: Ada, Bob"),
    ]
    tab.write(4, column, [["Qualified", "EVE"]])
    stack.sweep()
    assert (stack.cell("C2"), stack.cell("E2"), refused(stack)) == ("Qualified", "EVE", [])


def test_the_options_of_a_range_cost_one_call_and_not_one_for_each_change(listed):
    stack, _, _ = listed
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    first = stack.calls()[0]
    for owner in ("Ada", "Bob"):
        stack.patch(1, assignee=owner)
        stack.settle()
    assert stack.calls()[0] == first + 2


def test_the_options_of_a_range_are_read_anew_after_a_while(listed):
    stack, tab, column = listed
    known = opened(stack, [2]).cells(2)[4].options
    tab.write(4, column, [["Qualified", "Eve"]])
    assert opened(stack, [2]).cells(2)[4].options == known == ("Ada", "Bob")
    calls = stack.runtime.sheet("leads").calls
    late = calls.clock() + dropdowns.KEPT
    calls.clock = lambda: late
    assert opened(stack, [2]).cells(2)[4].options == ("Ada", "Bob", "Eve")


def test_a_row_that_is_appended_takes_the_words_of_the_ranges_dropdowns(listed):
    stack, _, _ = listed
    stack.post_to("/tasks", title="Follow up: Cyd", status="IN_PROGRESS", assignee="ada")
    stack.settle()
    assert [stack.cell(where) for where in ("B3", "C3", "E3")] == ["Cyd", "Contacted", "Ada"]


def test_an_owner_in_another_case_than_its_option_comes_not_back(listed):
    stack, _, _ = listed
    stack.patch(1, assignee="BOB")
    stack.settle()
    before = len(stack.changes(1)), stack.calls()[1]
    stack.sweep()
    stack.settle()
    assert (stack.cell("E2"), stack.task(1)["assignee"]) == ("Bob", "BOB")
    assert (len(stack.changes(1)), stack.calls()[1]) == before
    stack.edit("E2", ["Ada"])
    stack.sweep()
    assert stack.task(1)["assignee"] == "Ada"


def tab_goes_first(stack, monkeypatch, http, title):
    """A person deletes the tab after the sheet was read, before the ranges of its dropdowns are. Later Google tells
    such a range as #REF!, which is not asked for.
    """
    ask = http.values_batch_get

    def asked(*arguments):
        if stack.google.book.tab(title) is not None:
            stack.google.person.delete_tab(title)
        return ask(*arguments)

    monkeypatch.setattr(http, "values_batch_get", asked)


def test_a_dropdown_whose_range_is_gone_takes_anything(running):
    stack = running()
    lead(stack)
    stack.google.book.add_tab("Words").write(1, 1, [["NEW"], ["LOST"]])
    stack.google.person.dropdown("C2:C9", source="Words!A1:A")
    assert opened(stack).cells(2)[2].options == ("NEW", "LOST")
    stack.google.person.delete_tab("Words")
    assert opened(stack).cells(2)[2].options is None
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), refused(stack)) == ("QUALIFIED", [])


def test_a_dropdown_whose_range_is_gone_spoils_no_other(running, monkeypatch):
    stack = running()
    lead(stack)
    for title in ("Owners", "Words", "Zones"):
        stack.google.book.add_tab(title).write(1, 1, [["NEW"], [title]])
    for cell, title in (("B2", "Owners"), ("C2", "Words"), ("D2", "Zones")):
        stack.google.person.dropdown(cell, source=f"{title}!A1:A")
    sheet = stack.runtime.sheet("leads")
    tab_goes_first(stack, monkeypatch, sheet.google.http, "Words")
    found = [cell.options for cell in sheet.read().cells(2)[1:4]]
    assert found == [("NEW", "Owners"), None, ("NEW", "Zones")]


def test_a_list_on_a_tab_with_quotes_in_its_name_is_read(running):
    stack = running()
    lead(stack)
    stack.google.person.rename("Leads", "It's ours!")
    stack.google.book.tab("It's ours!").write(2, 12, [["New"], ["Lost"]])
    stack.google.person.dropdown("'It''s ours!'!C2", source="L2:L9")
    stack.sweep()
    assert opened(stack).cells(2)[2].options == ("New", "Lost")


def test_several_chosen_options_and_a_person_chip_read_as_their_text(running):
    stack = running()
    lead(stack)
    stack.google.person.dropdown("B2", ["Ada", "Bob"], multiple=True)
    stack.google.person.choose("B2", ["Ada", "Bob"])
    stack.google.person.mention("D2", "ada@example.com")
    cells = opened(stack).cells(2)
    assert (cells[1].value, cells[3].value) == ("Ada, Bob", "ada@example.com")


def test_a_typed_column_of_a_table_takes_what_the_task_says(running):
    stack = running()
    lead(stack)
    options = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "NEW"}]}}
    column = {"columnIndex": 2, "columnType": "DROPDOWN", "dataValidationRule": options}
    place = {"startRowIndex": 0, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 4}
    table = {"name": "Sales", "range": place, "columnProperties": [column]}
    sheet = stack.runtime.sheet("leads").google
    sheet.http.batch_update(stack.google.book.id, {"requests": [{"addTable": {"table": table}}]})
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), refused(stack)) == ("QUALIFIED", [])


def test_a_dropdown_that_only_warns_takes_anything(running):
    stack = running()
    lead(stack)
    stack.google.book.tab("Leads").set_validation("C2:C9", Validation("ONE_OF_LIST", ("NEW",), strict=False))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"
