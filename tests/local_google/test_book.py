"""The live book: the face that scripts, pages and tests use."""

import threading

import pytest

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet import a1
from bridge.local_google.sheet.a1 import Area, Reference
from bridge.local_google.sheet.book import Book, Tab
from bridge.local_google.sheet.cells import Cell, DateValue, NumberFormat
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot


@pytest.fixture
def book() -> Book:
    return Book("id", Snapshot("Leads", (Grid(0, "Leads", row_count=20, column_count=6), Grid(7, "My tab"))))


@pytest.fixture
def tab(book: Book) -> Tab:
    found = book.tab("Leads")
    assert found is not None
    found.write(1, 1, [["id", "name"], [1, "Ada"], [2, "Bob"], [3, "Cleo"]])
    return found


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("Leads!A1", Reference("Leads", 0, 0, 1, 1)),
        ("'My tab'!B2:D9", Reference("My tab", 1, 1, 9, 4)),
        ("'It''s'!a1", Reference("It's", 0, 0, 1, 1)),
        ("A:C", Reference(None, 0, 0, None, 3)),
        ("2:3", Reference(None, 1, 0, 3, None)),
        ("B5:C", Reference(None, 4, 1, None, 3)),
        ("$C$3:B2", Reference(None, 1, 1, 3, 3)),
        ("'Leads'", Reference("Leads")),
        ("Leads!AA10", Reference("Leads", 9, 26, 10, 27)),
    ],
)
def test_a1_notation_is_read(text: str, reference: Reference) -> None:
    assert a1.parse(text) == reference


@pytest.mark.parametrize("text", ["", "A", "1", "A1:B2:C3", "Leads!", "A0", "A1:!", "hello world"])
def test_what_is_not_a1_notation_is_refused_in_googles_words(text: str) -> None:
    with pytest.raises(Invalid, match="Unable to parse range: "):
        a1.parse(text)


@pytest.mark.parametrize(
    ("title", "quoted"),
    [("Leads", "Leads"), ("My tab", "'My tab'"), ("A1", "'A1'"), ("R1C1", "'R1C1'"), ("It's", "'It''s'")],
)
def test_titles_are_quoted_where_they_must_be(title: str, quoted: str) -> None:
    text = a1.area_text(title, Area(0, 0, 0, 1, 1))
    assert text == f"{quoted}!A1"
    assert a1.parse(text).title == title


def test_values_come_typed_and_whole_blocks_rectangular(book: Book, tab: Tab) -> None:
    tab.write(2, 3, [["2026-11-22", "TRUE", "=A1", 1.5]])
    assert tab.values(2, 1, 2, 6) == [
        [1, "Ada", DateValue(46348.0), True, "#N/A", 1.5],
        [2, "Bob", None, None, None, None],
    ]
    assert tab.shown(2, 3, 1, 3) == [["2026-11-22", "TRUE", "#N/A"]]
    assert tab.formulas(2, 4, 1, 2) == [["", "=A1"]]
    assert (tab.last_row, tab.last_column, tab.grid.row_count, tab.grid.column_count) == (4, 6, 20, 6)
    assert str(book.time_zone) == "Etc/GMT"


def test_a_date_value_written_makes_a_date(tab: Tab) -> None:
    tab.write(2, 3, [[DateValue(46348.0)]])
    assert tab.values(2, 3) == [[DateValue(46348.0)]]
    assert tab.shown(2, 3) == [["2026-11-22"]]


def test_none_and_empty_text_clear(tab: Tab) -> None:
    tab.write(2, 1, [[None, ""]])
    assert tab.values(2, 1, 1, 2) == [[None, None]]


def test_a_test_can_say_what_a_formula_shows(tab: Tab) -> None:
    tab.write(2, 3, [["=A2+1"]])
    tab.set_result(2, 3, 2)
    assert (tab.values(2, 3), tab.formulas(2, 3)) == ([[2]], [["=A2+1"]])


@pytest.mark.parametrize("place", [(0, 1, 1, 1), (1, 0, 1, 1), (20, 1, 2, 1), (1, 6, 1, 2)])
def test_nothing_is_read_or_written_outside_the_grid(tab: Tab, place: tuple[int, int, int, int]) -> None:
    row, column, nrows, ncols = place
    with pytest.raises(Invalid, match="exceeds grid limits"):
        tab.values(*place)
    with pytest.raises(Invalid, match="exceeds grid limits"):
        tab.write(row, column, [["x"] * ncols] * nrows)


def test_inserted_and_deleted_lines_move_what_is_below_and_beside(tab: Tab) -> None:
    tab.insert_rows(3, 2)
    tab.book.change(lambda now: now.changed(0, lambda grid: grid.inserted("COLUMNS", 1, [()])))
    assert tab.values(2, 1, 4, 3) == [[1, None, "Ada"], [None] * 3, [None] * 3, [2, None, "Bob"]]
    assert (tab.grid.row_count, tab.grid.column_count) == (22, 7)
    tab.delete_rows(3, 2)
    tab.book.change(lambda now: now.changed(0, lambda grid: grid.deleted("COLUMNS", 1, 2)))
    assert tab.values(1, 1, 4, 2) == [["id", "name"], [1, "Ada"], [2, "Bob"], [3, "Cleo"]]
    assert (tab.grid.row_count, tab.grid.column_count) == (20, 6)


def test_protected_ranges_move_with_their_rows(tab: Tab) -> None:
    tab.protect("A3:B4")
    tab.insert_rows(1)
    tab.insert_rows(5)
    assert tab.grid.protected[0].area == Area(0, 3, 0, 6, 2)
    wider = tab.grid.inserted("COLUMNS", 0, [()]).inserted("COLUMNS", 2, [()]).inserted("COLUMNS", 4, [()])
    assert wider.protected[0].area == Area(0, 3, 1, 6, 4)
    tab.delete_rows(4, 3)
    assert tab.grid.protected == ()


def test_tabs_are_found_by_id_and_by_title_and_survive_renaming(book: Book) -> None:
    found = book.tab("MY TAB")
    assert found is not None
    found.rename("Other")
    assert (found.title, found.sheet_id, book.tab(7) is not None, book.tab("My tab")) == ("Other", 7, True, None)
    with pytest.raises(Invalid, match="already exists"):
        found.rename("leads")


def test_the_last_tab_stays(book: Book) -> None:
    book.delete_tab(7)
    with pytest.raises(Invalid, match="can't remove all"):
        book.delete_tab(0)


def test_a_new_tab_has_its_own_id(book: Book) -> None:
    assert book.add_tab("Third").sheet_id == 8
    assert [tab.title for tab in book.tabs()] == ["Leads", "My tab", "Third"]


def test_a_change_that_raises_changes_nothing(book: Book, tab: Tab) -> None:
    before, revision = book.now, book.revision
    with pytest.raises(Invalid):
        tab.write(19, 1, [["a"], ["b"], ["c"]])
    assert (book.now, book.revision) == (before, revision)


def test_a_change_to_the_same_is_no_change(book: Book, tab: Tab) -> None:
    revision = book.revision
    tab.write(2, 1, [[1, "Ada"]])
    assert book.revision == revision


def test_writers_in_many_threads_lose_nothing(book: Book, tab: Tab) -> None:
    def count() -> None:
        for _ in range(50):
            book.change(
                lambda now: now.changed(
                    0, lambda grid: grid.with_cells({(9, 0): Cell((grid.cell(9, 0).value or 0.0) + 1)})
                )
            )

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tab.values(10, 1) == [[200]]


def test_sorting_puts_numbers_before_text_and_blanks_last(tab: Tab) -> None:
    tab.write(1, 1, [["b", 1], [10, 2], ["", 3], [True, 4], [9, 5], ["A", 6]])
    area = Area(0, 0, 0, 6, 2)
    order = [
        tab.grid.sorted_cells(area, [(0, ascending)])[row, 1].value for ascending in (True, False) for row in range(6)
    ]
    assert order == [5, 2, 6, 1, 4, 3, 4, 1, 6, 2, 5, 3]


def test_a_format_of_a_whole_column_reads_no_values(tab: Tab) -> None:
    tab.set_format("A:A", NumberFormat("TEXT", "@"))
    tab.write(5, 1, [["007"]])
    assert (tab.last_row, tab.values(5, 1)) == (5, [["007"]])


def test_a_toast_is_news_for_whoever_polls(book: Book) -> None:
    revision = book.revision
    book.toast("Saved", "Bridge")
    assert (book.revision, book.toasts[-1].text) == (revision + 1, "Saved")
