"""What a person does, and which events it fires (GOOGLE.md section 2)."""

from dataclasses import dataclass, field

import pytest

from bridge.local_google.api.trouble import Trouble
from bridge.local_google.errors import Invalid
from bridge.local_google.person.events import Event
from bridge.local_google.person.person import Person
from bridge.local_google.sheet.book import Book, Tab
from bridge.local_google.sheet.cells import NumberFormat, Validation
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot

CHANGED = Event("change", 0, "EDIT")


@dataclass
class Desk:
    """A person at a sheet, and everything the sheet told its scripts."""

    book: Book
    person: Person
    trouble: Trouble
    events: list[Event] = field(default_factory=list)

    @property
    def tab(self) -> Tab:
        return self.book.tabs()[0]

    def told(self) -> list[Event]:
        events, self.events[:] = list(self.events), []
        return events

    def names(self) -> list[object]:
        return [row[1] for row in self.tab.values(2, 1, self.tab.last_row - 1, 2)]


@pytest.fixture
def desk() -> Desk:
    book = Book("id", Snapshot("Leads", (Grid(0, "Leads", row_count=10, column_count=4),)))
    trouble = Trouble(book)
    desk = Desk(book, Person(book, trouble), trouble)
    desk.person.on_event.append(desk.events.append)
    desk.tab.write(1, 1, [["id", "name"], [3, "Cleo"], [1, "Ada"], [2, "Bob"]])
    assert desk.told() == []
    return desk


def edit(row: int, column: int, nrows: int = 1, ncols: int = 1, **texts: str) -> Event:
    return Event("edit", 0, "EDIT", row, column, nrows, ncols, **texts)


def test_typing_tells_the_value_and_the_old_one(desk: Desk) -> None:
    desk.person.edit("Leads!B2", [["Vikram"]])
    assert desk.told() == [edit(2, 2, value="Vikram", old_value="Cleo"), CHANGED]


def test_false_typed_over_nought_is_another_value(desk: Desk) -> None:
    for typed in (0, False, True, 1):
        desk.person.edit("C2", [[typed]])
        kept = desk.tab.values(2, 3)[0][0]
        assert (kept, type(kept) is bool) == (typed, type(typed) is bool)
    desk.person.undo()
    assert desk.tab.values(2, 3)[0][0] is True


def test_values_are_told_as_texts(desk: Desk) -> None:
    desk.person.edit("A2", [["7"]])
    desk.person.edit("C2", [["true"]])
    desk.person.edit("C2", [["2026-11-22"]])
    assert [(event.value, event.old_value) for event in desk.told() if event.kind == "edit"] == [
        ("7", "3"),
        ("TRUE", None),
        ("46348", "TRUE"),
    ]


def test_clearing_a_cell_tells_only_the_old_value(desk: Desk) -> None:
    desk.person.edit("B2", [[""]])
    assert desk.told()[0] == edit(2, 2, old_value="Cleo")


def test_a_pasted_block_is_one_event_without_values(desk: Desk) -> None:
    desk.person.edit("A2", [["8", "x"], ["9", "y"]])
    assert desk.told() == [edit(2, 1, 2, 2), CHANGED]


def test_a_paste_into_one_cell_tells_no_value(desk: Desk) -> None:
    desk.person.edit("B2", [["x"]], pasted=True)
    assert desk.told()[0] == edit(2, 2)


def test_a_null_leaves_the_cell_alone(desk: Desk) -> None:
    desk.person.edit("A2:B2", [[None, "x"]])
    assert desk.tab.values(2, 1, 1, 2) == [[3, "x"]]


def test_a_paste_grows_the_grid(desk: Desk) -> None:
    desk.person.edit("D10", [["a", "b"], ["c", "d"]])
    assert (desk.tab.grid.row_count, desk.tab.grid.column_count, desk.tab.values(11, 5)) == (11, 5, [["d"]])


def test_rows_that_come_or_go_fire_a_change_and_no_edit(desk: Desk) -> None:
    desk.person.insert_rows("Leads", 3, 2)
    desk.person.delete_rows("Leads", 3, 2)
    assert desk.told() == [Event("change", 0, "INSERT_ROW"), Event("change", 0, "REMOVE_ROW")]
    assert desk.names() == ["Cleo", "Ada", "Bob"]


def test_an_inserted_row_looks_like_its_neighbour(desk: Desk) -> None:
    desk.tab.set_format("A2", NumberFormat("NUMBER", "000"))
    desk.person.insert_rows("Leads", 2)
    desk.person.edit("A2", [["7"]])
    assert desk.tab.shown(2, 1) == [["007"]]


@pytest.mark.parametrize(("row", "count"), [(0, 1), (10, 2), (1, 10), (3, 0)])
def test_only_rows_that_exist_can_go_and_not_all(desk: Desk, row: int, count: int) -> None:
    with pytest.raises(Invalid, match="cannot be deleted"):
        desk.person.delete_rows("Leads", row, count)


def test_sorting_fires_a_change_and_an_edit_only_where_google_is_taken_to(desk: Desk) -> None:
    desk.person.sort("Leads!A2:B4", 1)
    assert (desk.names(), desk.told()) == (["Ada", "Bob", "Cleo"], [Event("change", 0, "OTHER")])
    desk.trouble.sort_fires_edit = True
    desk.person.sort("Leads!A2:B4", 2, ascending=False)
    assert (desk.names(), desk.told()[0]) == (["Cleo", "Bob", "Ada"], edit(2, 1, 3, 2))


def test_undo_and_redo_go_back_and_forth(desk: Desk) -> None:
    first = desk.book.now
    desk.person.edit("B2", [["x"]])
    desk.person.delete_rows("Leads", 3)
    desk.person.sort("A2:B4", 1)
    desk.person.insert_rows("Leads", 2)
    last = desk.book.now
    for _ in range(4):
        desk.person.undo()
    assert desk.book.now == first
    for _ in range(4):
        desk.person.redo()
    assert desk.book.now == last
    with pytest.raises(Invalid, match="nothing to redo"):
        desk.person.redo()


def test_undo_fires_an_edit_of_the_cells_it_changed(desk: Desk) -> None:
    desk.person.edit("A2:B3", [["3", "x"], ["1", "y"]])
    desk.told()
    desk.person.undo()
    assert desk.told() == [edit(2, 2, 2, 1), CHANGED]
    desk.trouble.undo_fires_edit = False
    desk.person.redo()
    assert desk.told() == [CHANGED]


def test_undoing_a_deletion_fires_an_insertion(desk: Desk) -> None:
    desk.person.delete_rows("Leads", 2)
    desk.person.undo()
    assert [event.change_type for event in desk.told()] == ["REMOVE_ROW", "INSERT_ROW"]


def test_undo_leaves_what_the_api_wrote_elsewhere(desk: Desk) -> None:
    desk.person.delete_rows("Leads", 2)
    desk.tab.write(2, 3, [["by api"]])
    desk.person.undo()
    assert desk.tab.values(2, 1, 2, 3) == [[3, "Cleo", None], [1, "Ada", "by api"]]


def test_undo_is_forgotten_when_the_api_moves_rows(desk: Desk) -> None:
    desk.person.edit("B2", [["x"]])
    desk.tab.insert_rows(1)
    with pytest.raises(Invalid, match="nothing to undo"):
        desk.person.undo()


def test_a_new_action_ends_what_could_be_redone(desk: Desk) -> None:
    desk.person.edit("B2", [["x"]])
    desk.person.undo()
    desk.person.edit("B3", [["y"]])
    with pytest.raises(Invalid, match="nothing to redo"):
        desk.person.redo()


def test_a_strict_rule_rejects_typing_and_lets_a_paste_pass(desk: Desk) -> None:
    desk.tab.set_validation("C2:C9", Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True))
    with pytest.raises(Invalid, match="takes only: NEW, LOST"):
        desk.person.edit("C2", [["WON"]])
    desk.person.edit("C2", [["LOST"]])
    desk.person.edit("C3", [["WON"]], pasted=True)
    assert desk.tab.values(2, 3, 2, 1) == [["LOST"], ["WON"]]


def test_the_owner_may_edit_what_is_protected_from_others(desk: Desk) -> None:
    desk.tab.protect("A:A")
    desk.person.edit("A2", [["9"]])
    assert desk.tab.values(2, 1) == [[9]]


def test_the_book_is_free_and_changed_when_an_event_is_told(desk: Desk) -> None:
    seen: list[object] = []

    def listen(_event: Event) -> None:
        # RLock: were the person still holding it, this thread could take it again; its count tells.
        seen.append((desk.book.lock._is_owned(), desk.tab.values(2, 2)))  # type: ignore[attr-defined]

    desk.person.on_event.append(listen)
    desk.person.edit("B2", [["x"]])
    assert seen == [(False, [["x"]])] * 2


def test_the_api_fires_nothing_unless_google_is_taken_to(desk: Desk) -> None:
    desk.person.api_wrote(0)
    assert desk.told() == []
    desk.trouble.api_fires_change = True
    desk.person.api_wrote(0)
    assert desk.told() == [CHANGED]


def test_clearing_a_block_is_one_edit_without_values_and_keeps_its_formats(desk: Desk) -> None:
    desk.tab.set_format("B2:B4", NumberFormat("TEXT", "@"))
    desk.person.clear("Leads!A2:B3")
    assert desk.told() == [edit(2, 1, 2, 2), CHANGED]
    assert desk.tab.values(2, 1, 3, 2) == [[None, None], [None, None], [2, "Bob"]]
    desk.person.edit("B2", [["007"]])
    assert desk.tab.values(2, 2) == [["007"]]


def test_clearing_one_cell_tells_what_was_there(desk: Desk) -> None:
    desk.person.clear("B2")
    assert desk.told() == [edit(2, 2, old_value="Cleo"), CHANGED]


def test_dragging_down_counts_on_repeats_and_is_one_edit_of_what_was_filled(desk: Desk) -> None:
    desk.tab.write(2, 1, [[1, "NEW"], [3, "Lead 09"]])
    desk.person.fill("A2:B3", 7)
    assert desk.tab.values(4, 1, 4, 2) == [[5, "NEW"], [7, "Lead 10"], [9, "NEW"], [11, "Lead 11"]]
    assert desk.told() == [edit(4, 1, 4, 2), CHANGED]
    desk.person.undo()
    assert desk.tab.values(4, 1, 2, 2) == [[2, "Bob"], [None, None]]


def test_dragging_one_number_repeats_it(desk: Desk) -> None:
    desk.person.fill("A2", 4)
    assert desk.tab.values(2, 1, 3, 1) == [[3], [3], [3]]


def test_dragging_more_digits_than_a_number_has_repeats_them(desk: Desk) -> None:
    desk.tab.write(2, 2, [["Lead " + "9" * 5000]])
    desk.person.fill("B2", 3)
    assert desk.tab.values(3, 2) == desk.tab.values(2, 2)


@pytest.mark.parametrize("source_too", [False, True])
def test_cut_cells_take_their_rule_along_and_tell_where_they_went(desk: Desk, source_too: bool) -> None:
    desk.trouble.cut_fires_source = source_too
    desk.tab.set_validation("B2:B2", Validation("ONE_OF_LIST", ("Cleo", "Dora"), strict=True))
    desk.person.cut("A2:B2", "A6")
    assert desk.tab.values(2, 1, 1, 2) == [[None, None]]
    assert desk.tab.values(6, 1, 1, 2) == [[3, "Cleo"]]
    assert desk.told() == [edit(2, 1, 1, 2)] * source_too + [edit(6, 1, 1, 2), CHANGED]
    with pytest.raises(Invalid, match="takes only"):
        desk.person.edit("B6", [["x"]])
    desk.person.undo()
    assert (desk.tab.values(2, 2), desk.tab.values(6, 1)) == ([["Cleo"]], [[None]])


def test_cut_cells_may_be_pasted_over_themselves(desk: Desk) -> None:
    desk.person.cut("A2:B4", "A3")
    assert desk.names() == [None, "Cleo", "Ada", "Bob"]


@pytest.mark.parametrize("fires", [False, True])
def test_find_and_replace_leaves_formulas_and_types_what_it_makes(desk: Desk, fires: bool) -> None:
    desk.trouble.replace_fires_edit = fires
    desk.tab.write(2, 2, [["row 12"], ["Row 3"], ['="row"']])
    desk.person.replace("A2:B9", "ROW ", "")
    assert desk.tab.values(2, 2, 3, 1)[:2] == [[12], [3]]
    assert desk.tab.formulas(4, 2) == [['="row"']]
    assert desk.told() == [edit(2, 2, 2, 1)] * fires + [Event("change", 0, "OTHER")]


def test_what_was_not_found_is_no_edit(desk: Desk) -> None:
    desk.trouble.replace_fires_edit = True
    desk.person.replace("A1:B9", "nobody", "x")
    assert desk.told() == [Event("change", 0, "OTHER")]


def test_a_checkbox_tells_true_and_false_in_capitals(desk: Desk) -> None:
    desk.tab.set_validation("C2:C2", Validation("BOOLEAN"))
    desk.tab.write(2, 3, [[False]])
    desk.person.tick("C2")
    desk.person.tick("C2")
    first, _, second, _ = desk.told()
    assert [(one.value, one.old_value) for one in (first, second)] == [("TRUE", "FALSE"), ("FALSE", "TRUE")]
    with pytest.raises(Invalid, match="no checkbox in B2"):
        desk.person.tick("B2")


def test_columns_come_and_go_without_an_edit(desk: Desk) -> None:
    desk.person.lines("insert", "Leads", 2, "COLUMNS")
    desk.person.lines("delete", "Leads", 1, "COLUMNS")
    assert desk.tab.values(1, 1, 1, 2) == [[None, "name"]]
    assert desk.told() == [Event("change", 0, "INSERT_COLUMN"), Event("change", 0, "REMOVE_COLUMN")]
    desk.person.undo()
    desk.person.undo()
    assert desk.tab.values(1, 1, 2, 2) == [["id", "name"], [3, "Cleo"]]
    assert desk.told() == [Event("change", 0, "INSERT_COLUMN"), Event("change", 0, "REMOVE_COLUMN")]


@pytest.mark.parametrize(
    ("row", "count", "before", "names", "landed"),
    [(2, 1, 5, ["Ada", "Bob", "Cleo"], 4), (4, 1, 2, ["Bob", "Cleo", "Ada"], 2), (3, 2, 2, ["Ada", "Bob", "Cleo"], 2)],
)
def test_rows_that_are_moved_are_an_edit_where_they_land(
    desk: Desk, row: int, count: int, before: int, names: list[str], landed: int
) -> None:
    desk.person.lines("move", "Leads", row, "ROWS", count, before)
    assert desk.names() == names
    assert desk.told() == [edit(landed, 1, count, 4), CHANGED]
    desk.person.undo()
    assert desk.names() == ["Cleo", "Ada", "Bob"]
    desk.person.redo()
    assert desk.names() == names


def test_moving_a_column_takes_all_of_it_and_an_empty_row_is_no_edit(desk: Desk) -> None:
    desk.person.lines("move", "Leads", 1, "COLUMNS", 1, 3)
    assert desk.tab.values(1, 1, 2, 2) == [["name", "id"], ["Cleo", 3]]
    desk.told()
    desk.person.lines("move", "Leads", 9, "ROWS", 1, 7)
    assert desk.told() == [CHANGED]


@pytest.mark.parametrize(("row", "count", "before"), [(2, 1, 2), (2, 2, 4), (2, 1, 12), (0, 1, 5), (10, 2, 1)])
def test_rows_cannot_be_moved_nowhere_or_beyond_the_grid(desk: Desk, row: int, count: int, before: int) -> None:
    with pytest.raises(Invalid, match="cannot be moved"):
        desk.person.lines("move", "Leads", row, "ROWS", count, before)


def test_a_renamed_tab_is_a_change_only(desk: Desk) -> None:
    desk.person.rename("Leads", "Kunden")
    assert desk.told() == [Event("change", 0, "OTHER")]
    desk.person.undo()
    assert desk.tab.title == "Leads"


def test_an_unknown_change_may_call_itself_an_edit(desk: Desk) -> None:
    desk.trouble.unknown_change = "EDIT"
    desk.person.sort("A2:B4", 1)
    assert desk.told() == [CHANGED]


def test_a_colleague_is_named_in_the_event_and_undoes_only_their_own(desk: Desk) -> None:
    colleague = desk.person.colleague("bob@example.com")
    desk.person.edit("B2", [["by the owner"]])
    desk.told()
    colleague.edit("B3", [["by Bob"]])
    assert [event.user for event in desk.told()] == ["bob@example.com"] * 2
    desk.person.undo()
    assert desk.names() == ["Cleo", "by Bob", "Bob"]
    colleague.undo()
    assert desk.names() == ["Cleo", "Ada", "Bob"]


def test_a_colleague_who_moves_rows_ends_what_others_could_undo(desk: Desk) -> None:
    desk.person.edit("B2", [["x"]])
    desk.person.colleague("bob@example.com").lines("move", "Leads", 2, "ROWS", 1, 5)
    with pytest.raises(Invalid, match="nothing to undo"):
        desk.person.undo()


@pytest.mark.parametrize(
    "act",
    [
        lambda bob: bob.edit("A2", [["9"]]),
        lambda bob: bob.clear("A2:B3"),
        lambda bob: bob.cut("B2", "A2"),
        lambda bob: bob.fill("A1:B1", 3),
        lambda bob: bob.sort("A2:B4", 2),
        lambda bob: bob.delete_rows("Leads", 2),
        lambda bob: bob.lines("delete", "Leads", 1, "COLUMNS"),
        lambda bob: bob.lines("move", "Leads", 2, "ROWS", 1, 5),
    ],
)
def test_what_is_protected_stops_a_colleague_in_every_way(desk: Desk, act: object) -> None:
    guard = desk.tab.protect("A:A")
    bob = desk.person.colleague("bob@example.com")
    before = desk.book.now
    with pytest.raises(Invalid, match="protected cell or object"):
        act(bob)  # type: ignore[operator]
    assert (desk.book.now, desk.told()) == (before, [])
    bob.edit("B2", [["beside it"]])
    desk.tab.unprotect(guard)
    act(bob)  # type: ignore[operator]


def test_an_editor_of_the_protected_range_is_not_stopped(desk: Desk) -> None:
    desk.tab.protect("A:A", ["bob@example.com"])
    desk.person.colleague("bob@example.com").edit("A2", [["9"]])
    assert desk.tab.values(2, 1) == [[9]]
