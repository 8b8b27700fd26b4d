"""What an edit sends, what it does not, and how it is numbered and signed."""

import threading
import time

import pytest

from bridge.local_google.sheet.cells import NumberFormat
from tests.apps_script.conftest import HEADER, SETTINGS, Receiver, Sheet


def test_one_edit_sends_its_row_with_typed_values_and_shown_texts(sheet: Sheet, receiver: Receiver) -> None:
    began = time.time() * 1000
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    (message,) = receiver.taken
    assert began - 1 <= message["edited"].pop("at") <= time.time() * 1000
    assert message["rows"] == [{"row": 2, "cells": [12, "Vikram", "NEW", ""], "shown": ["12", "Vikram", "NEW", ""]}]
    assert (message["type"], message["header"], message["time_zone"]) == ("rows", list(HEADER), "Etc/GMT")
    assert message["edited"] == {"first": 1, "last": 3}
    assert sheet.unsent() == []


def test_an_edit_costs_one_post_one_read_of_its_rows_and_four_uses_of_properties(sheet: Sheet) -> None:
    sheet.edit("A2:C40", *([n, "Ada", "NEW"] for n in range(39)))
    calls = sheet.calls()
    assert (calls["fetch"], calls["range.values"], calls["lock.take"]) == (1, 1, 1)
    assert calls["range.shown"] == 2  # the headers that were touched, and the rows with the whole header
    assert [calls[f"properties.{verb}"] for verb in ("all", "set", "delete")] == [2, 1, 1]


@pytest.mark.parametrize(("far", "cells"), [(100, 100), (101, 4), (1014, 4), (18_278, 4)])
def test_of_a_wide_tab_only_the_columns_are_read_that_the_bridge_knows(
    sheet: Sheet, receiver: Receiver, far: int, cells: int
) -> None:
    sheet.book.tab("Leads").delete_rows(11, 990)
    sheet.book.change(lambda now: now.changed(0, lambda grid: grid.grown(10, far)))
    sheet.book.tab("Leads").write(1, far, [["far"]])
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    (message,) = receiver.of("rows")
    assert (message["header"][:4], message["header"][-1], len(message["header"])) == (list(HEADER), "far", far)
    assert [len(message["rows"][0][name]) for name in ("cells", "shown")] == [cells, cells]
    assert sheet.unsent() == []


def test_an_edit_that_sends_nothing_takes_no_lock_and_reads_one_line_at_most(sheet: Sheet) -> None:
    sheet.edit("F2", ["a thought"])
    calls = sheet.calls()
    assert not {"fetch", "lock.take", "range.values", "properties.set"} & calls.keys()


def type_and_insert_above(sheet: Sheet) -> None:
    """A word into row 2, and a new row above it before the script looks."""
    sheet.edit("A2:C2", ["12", "Vikram", "NEW"])
    sheet.receiver.taken.clear()
    sheet.trouble.script_delay, sheet.scripts._chance = 0.5, lambda: 1.0
    sheet.person.edit("B2", [["Ada"]])
    sheet.person.insert_rows("Leads", 2)
    sheet.idle()


def test_a_word_typed_where_an_empty_row_stands_by_now_is_told_with_its_place(sheet: Sheet, receiver: Receiver) -> None:
    type_and_insert_above(sheet)
    (message,) = receiver.of("rows")
    assert message["rows"] == [{"row": 2, "cells": ["", "", "", ""], "shown": ["", "", "", ""]}]
    assert (message["edited"]["first"], message["edited"]["typed"]) == (2, "Ada")
    assert sheet.unsent() == []


def test_when_the_bridge_is_away_such_a_word_is_made_up_for_by_everything(sheet: Sheet, receiver: Receiver) -> None:
    receiver.status = 503
    type_and_insert_above(sheet)
    assert sheet.unsent() == [["12"], None]


def test_a_paste_of_three_rows_is_one_delivery(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B4", [1, "Ada"], [2, "Grace"], [3, "Edsger"])
    assert receiver.rows() == [(2, [1, "Ada", "", ""]), (3, [2, "Grace", "", ""]), (4, [3, "Edsger", "", ""])]
    assert len(receiver.taken) == 1


def test_a_paste_of_1200_rows_goes_in_three_deliveries_numbered_in_order(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B1201", *([n, f"Lead {n}"] for n in range(1200)))
    assert [len(message["rows"]) for message in receiver.taken] == [500, 500, 200]
    first, second, third = (message["seq"] for message in receiver.taken)
    assert (second, third) == (first + 1, first + 2)
    assert [number for number, _ in receiver.rows()] == list(range(2, 1202))
    assert sheet.unsent() == []


def test_a_paste_of_more_than_5000_rows_lets_the_bridge_read_the_sheet(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:A5002", *([n] for n in range(5001)))
    assert [message["type"] for message in receiver.taken] == ["all"]


def test_rows_with_much_text_go_in_deliveries_the_bridge_can_take(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B14", *([n, "é" * 40_000] for n in range(13)))
    assert [len(message["rows"]) for message in receiver.taken] == [6, 6, 1]


@pytest.mark.parametrize("name", ["Zoë Müller", "山田 太郎", "🙂 Vikram 👩‍👩‍👧", 'O\'Neil "x" \\ \n'])
def test_letters_beyond_ascii_are_signed_right(sheet: Sheet, receiver: Receiver, name: str) -> None:
    sheet.edit("B2", [name])
    assert receiver.rows() == [(2, ["", name, "", ""])]


def test_numbers_go_up_by_one_with_each_delivery(sheet: Sheet, receiver: Receiver) -> None:
    for row in range(2, 7):
        sheet.edit(f"A{row}", [row])
    numbers = [message["seq"] for message in receiver.taken]
    assert numbers == list(range(numbers[0], numbers[0] + 5))


def test_edits_faster_than_the_handler_are_all_sent_under_numbers_of_their_own(
    sheet: Sheet, receiver: Receiver
) -> None:
    for row in range(2, 22):
        sheet.person.edit(f"A{row}", [[row]])
    sheet.idle()
    assert sorted(number for number, _ in receiver.rows()) == list(range(2, 22))
    numbers = sorted(message["seq"] for message in receiver.taken)
    assert numbers == list(range(numbers[0], numbers[0] + 20))
    assert sheet.unsent() == []


def test_an_edit_on_another_tab_sends_nothing(sheet: Sheet, receiver: Receiver) -> None:
    sheet.book.add_tab("Notes").write(1, 1, [HEADER])
    sheet.edit("Notes!A2", ["12"])
    assert receiver.taken == []


def test_an_edit_outside_the_synced_columns_sends_nothing(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("F1", ["scratch"])
    sheet.edit("A2", ["12"])
    receiver.taken.clear()
    sheet.edit("F2", ["a thought"])
    sheet.edit("H9", ["another"])
    assert receiver.taken == []


def test_until_the_bridge_has_named_its_columns_every_edit_is_sent(bare: Sheet, receiver: Receiver) -> None:
    receiver.settings = None
    bare.install()
    bare.edit("F1:G1", ["scratch", "more"])
    bare.edit("A2", ["12"])
    receiver.taken.clear()
    bare.edit("F2", ["a thought"])
    assert len(receiver.rows()) == 1


def test_a_header_edit_sends_all_with_the_new_header_and_learns_the_columns(sheet: Sheet, receiver: Receiver) -> None:
    receiver.settings = SETTINGS | {"columns": [*HEADER, "notes"]}
    sheet.edit("E1", ["notes"])
    (message,) = receiver.taken
    assert (message["type"], message["header"]) == ("all", [*HEADER, "notes"])
    sheet.edit("E2", ["call back"])
    assert receiver.rows() == [(2, ["", "", "", "", "call back"])]


def test_columns_are_found_by_their_header_wherever_they_stand(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A1:D1", ["mood", "Task ID", "STATUS", "Id"])
    receiver.settings = SETTINGS | {"columns": ["Task ID", "STATUS", "Id"], "id": "Id"}
    sheet.edit("D1", ["Id"])
    receiver.taken.clear()
    receiver.status = 503
    sheet.edit("B2:D2", ["", "NEW", "lead-7"])
    assert sheet.unsent() == [["lead-7"]]
    sheet.edit("A2", ["fine"])
    assert sheet.unsent() == [["lead-7"]]


def test_a_row_is_everything_up_to_the_last_header_even_when_data_reaches_further(
    sheet: Sheet, receiver: Receiver
) -> None:
    sheet.edit("A2:G2", [12, "Vikram", "NEW", "", "x", "y", "z"])
    assert receiver.rows() == [(2, [12, "Vikram", "NEW", ""])]


def test_blank_rows_inside_a_paste_are_not_sent(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("B2:B4", ["Ada"], [""], ["Grace"])
    assert [number for number, _ in receiver.rows()] == [2, 4]


def test_unticked_checkboxes_do_not_make_a_lead(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("B2:C3", [False, ""], [True, ""])
    assert [number for number, _ in receiver.rows()] == [3]


def test_an_emptied_row_makes_the_bridge_compare_everything(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B3", [12, "Vikram"], [13, "Ada"])
    receiver.taken.clear()
    sheet.edit("A3:D3", ["", "", "", ""])
    assert [message["type"] for message in receiver.taken] == ["all"]


def test_an_edit_of_a_whole_column_reads_no_further_than_the_last_row(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:B3", [12, "Vikram"], [13, "Ada"])
    receiver.taken.clear()
    sheet.edit("C2:C6000", *([word] for word in ["NEW", "LOST"] + [""] * 5997))
    assert receiver.rows() == [(2, [12, "Vikram", "NEW", ""]), (3, [13, "Ada", "LOST", ""])]


def test_a_row_far_down_is_sent_with_its_header(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A900:B900", [12, "Vikram"])
    assert receiver.rows() == [(900, [12, "Vikram", "", ""])]
    assert receiver.taken[0]["header"] == list(HEADER)


def test_dates_are_sent_as_the_cell_shows_them_in_the_sheets_own_zone(sheet: Sheet, receiver: Receiver) -> None:
    sheet.book.set_time_zone("America/New_York")
    sheet.book.tab("Leads").set_format("C2:C3", NumberFormat("DATE", "dd.mm.yyyy"))
    sheet.edit("C2", ["2026-11-22"])
    sheet.edit("D2", ["2026-07-04 23:30:15"])
    (_, cells), (_, later) = receiver.rows()
    assert cells[2] == {"date": "2026-11-22T00:00:00"}
    assert later[3] == {"date": "2026-07-04T23:30:15"}
    assert receiver.taken[0]["rows"][0]["shown"][2] == "22.11.2026"
    assert receiver.taken[0]["time_zone"] == "America/New_York"


def test_undo_and_redo_are_edits_like_any_other(sheet: Sheet, receiver: Receiver) -> None:
    sheet.edit("A2:C2", [12, "Vikram", "NEW"])
    sheet.edit("C2", ["LOST"])
    sheet.person.undo()
    sheet.idle()
    assert [cells[2] for _, cells in receiver.rows()] == ["NEW", "LOST", "NEW"]


@pytest.mark.parametrize(("action", "sent"), [("insert", []), ("delete", ["all"]), ("sort", ["all"])])
def test_what_moves_rows_makes_the_bridge_compare_everything(
    sheet: Sheet, receiver: Receiver, action: str, sent: list[str]
) -> None:
    sheet.edit("A2:A3", [13], [12])
    receiver.taken.clear()
    act = {
        "insert": lambda: sheet.person.insert_rows("Leads", 2),
        "delete": lambda: sheet.person.delete_rows("Leads", 2),
        "sort": lambda: sheet.person.sort("A2:D3", 1),
    }[action]
    act()
    sheet.idle()
    assert [message["type"] for message in receiver.taken] == sent


def test_a_refused_row_is_told_to_the_person(sheet: Sheet, receiver: Receiver) -> None:
    receiver.outcomes = [{"row": 2, "outcome": "refused", "reasons": ["status: 'LOSTT' is none of NEW, LOST"]}]
    sheet.edit("A2:C2", [12, "Vikram", "LOSTT"])
    assert sheet.toasts() == ["Row 2: status: 'LOSTT' is none of NEW, LOST"]


def test_a_reason_that_names_its_row_is_not_made_to_name_it_twice(sheet: Sheet, receiver: Receiver) -> None:
    receiver.outcomes = [{"row": 2, "outcome": "refused", "reasons": ["row 2 has no id: give it one"]}]
    sheet.edit("B2", ["Vikram"])
    assert sheet.toasts() == ["Row 2 has no id: give it one"]


def test_an_edit_of_the_column_that_the_bridge_writes_about_the_sync_sends_nothing(
    sheet: Sheet, receiver: Receiver
) -> None:
    sheet.edit("E1", ["sync"])
    sheet.edit("A2", ["12"])
    receiver.taken.clear()
    sheet.edit("E2", ["✓ 10:42"])
    assert receiver.taken == []
    assert "fetch" not in sheet.calls()
    sheet.edit("D2:E2", ["1", "✓ 10:43"])
    assert len(receiver.rows()) == 1


@pytest.mark.parametrize("outcome", ["unchanged", "stale"])
def test_a_row_that_is_only_not_finished_yet_needs_no_word(sheet: Sheet, receiver: Receiver, outcome: str) -> None:
    receiver.outcomes = [{"row": 2, "outcome": outcome, "reasons": ["row 2 has no name yet"]}]
    sheet.edit("A2", [12])
    assert sheet.toasts() == []


def test_a_new_row_gets_an_id_when_the_bridge_asks_for_it(bare: Sheet, receiver: Receiver) -> None:
    receiver.settings = SETTINGS | {"assign_ids": True}
    bare.install()
    bare.edit("B2:B3", ["Vikram"], ["Ada"])
    ids = [bare.cell("A2"), bare.cell("A3")]
    assert [cells[0] for _, cells in receiver.rows()] == ids
    assert len(set(ids)) == 2
    assert all(str(one).startswith("L-") for one in ids)
    bare.edit("C2", ["NEW"])
    assert bare.cell("A2") == ids[0]


def test_no_id_is_given_without_being_asked_nor_to_what_is_no_lead(bare: Sheet, receiver: Receiver) -> None:
    bare.edit("F1", ["scratch"])
    bare.install()
    bare.edit("B2", ["Vikram"])
    assert bare.cell("A2") is None
    receiver.settings = SETTINGS | {"assign_ids": True}
    bare.clock()
    bare.edit("B3:F4", ["", "", "", "", "a thought"], ["", "", "", "", ""])
    bare.edit("A2", [""])
    assert [bare.cell(name) for name in ("A2", "A3", "A4")] == [None, None, None]


def test_rows_that_were_there_before_get_ids_with_the_installation(bare: Sheet, receiver: Receiver) -> None:
    bare.edit("B2:B3", ["Vikram"], ["Ada"])
    receiver.settings = SETTINGS | {"assign_ids": True}
    bare.install()
    assert bare.cell("A2") != bare.cell("A3") != None  # noqa: E711
    assert [message["type"] for message in receiver.taken] == ["hello", "all"]


def test_the_lock_is_free_while_the_post_is_under_way(sheet: Sheet, receiver: Receiver) -> None:
    both = threading.Barrier(2)
    receiver.before_answer = lambda _: both.wait(5) and None
    sheet.person.edit("A2", [[12]])
    sheet.person.edit("A3", [[13]])
    sheet.idle()
    assert len(receiver.taken) == 2


def test_secrets_and_cells_stay_out_of_the_log(sheet: Sheet, receiver: Receiver) -> None:
    receiver.down()
    sheet.edit("A2:B2", ["12", "Vikram"])
    receiver.up()
    sheet.edit("A3:B3", ["13", "Ada"])
    logged = str([run["log"] for run in sheet.scripts.executions()])
    assert "delivery_failed status=0" in logged
    assert not any(word in logged for word in ("whsec_", "Vikram", "Ada", "local.invalid"))
