"""What is on disk: everything that was answered, and no more work than the change is worth."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.local_google.sheet import shelf, tables
from bridge.local_google.sheet.a1 import Area
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell, ErrorValue, NumberFormat, Run, Validation
from bridge.local_google.sheet.grid import Column, Grid, Protected, Table
from bridge.local_google.sheet.snapshot import Snapshot
from bridge.local_google.sheet.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "google.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


DATES = Table("t", "Dates", Area(0, 0, 5, 4, 6), (Column(Area(0, 0, 5, 4, 6), "DATE"),), Area(0, 3, 5, 4, 6))


def large_book(rows: int = 10_000) -> Book:
    lines = tuple((Cell(float(number)), Cell(f"Lead {number}"), Cell("NEW")) for number in range(rows))
    return Book("id", Snapshot("Leads", (Grid(0, "Leads", lines, row_count=rows + 100),)))


def reopened(store: Store, path: Path) -> Book:
    store.close()
    again = Store(path)
    book = again.open_book(large_book(1), 0)
    again.close()
    return book


def written_by(store: Store, act: Any) -> list[str]:
    """The statements an action sends to the disk."""
    statements: list[str] = []
    store._db.set_trace_callback(statements.append)
    act()
    store._db.set_trace_callback(None)
    return [one for one in statements if one.startswith(("REPLACE", "INSERT", "UPDATE", "DELETE"))]


def test_everything_a_cell_can_hold_comes_back(store: Store, path: Path) -> None:
    book = store.open_book(Book("id", Snapshot("Leads", (Grid(0, "Leads"), Grid(5, "Zwei", hidden=True)))), 1)
    tab = book.tabs()[0]
    tab.write(1, 1, [["=A1", "x", 1.5, True, "2026-11-22", "é😀"], [], ["50%"]])
    tab.set_validation("B1:B3", Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True))
    tab.set_format("C5", NumberFormat("NUMBER", "000"))
    tab.protect("A:A", ["someone@example.com"])
    tab.set_validation("D1:D3", Validation("ONE_OF_RANGE", source=(5, "$A$1:$A"), multiple=True, message="choose"))
    book.change(lambda now: tables.put(now, DATES))
    chip = Cell("mail a@b.c", runs=(Run("mail "), Run("a@b.c", "a@b.c")))
    book.change(lambda now: now.changed(0, lambda grid: grid.with_cells({(9, 9): chip})))
    book.set_time_zone("Europe/Berlin")
    assert reopened(store, path).now == book.now


def test_rows_that_moved_come_back_in_their_place(store: Store, path: Path) -> None:
    book = store.open_book(large_book(50), 1)
    tab = book.tabs()[0]
    tab.insert_rows(10, 3)
    tab.delete_rows(2, 1)
    tab.write(40, 2, [["changed"]])
    tab.delete_rows(45, 4)
    tab.insert_rows(1)
    tab.write(tab.last_row + 1, 1, [[1, 2, 3]])
    assert reopened(store, path).now == book.now


def test_a_small_edit_writes_one_row_of_ten_thousand(store: Store) -> None:
    tab = store.open_book(large_book(), 1).tabs()[0]
    statements = written_by(store, lambda: tab.write(5000, 2, [["Vikram"]]))
    assert [one.split()[0] for one in statements] == ["UPDATE", "REPLACE"]


def test_an_inserted_row_rewrites_none_of_those_below(store: Store) -> None:
    tab = store.open_book(large_book(), 1).tabs()[0]
    statements = written_by(store, lambda: tab.insert_rows(5000))
    assert len(statements) <= 6
    assert all('"Lead ' not in one for one in statements)


def test_a_change_that_cannot_be_saved_is_not_seen(store: Store) -> None:
    book = store.open_book(large_book(3), 1)
    before = book.now
    store._db.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError):
        book.tabs()[0].write(1, 1, [["lost"]])
    assert book.now is before


def test_texts_are_kept_by_space_and_key(store: Store, path: Path) -> None:
    store.save("properties", "a", "1")
    store.save("properties", "b", "é")
    store.save("triggers", "a", "2")
    store.save("properties", "a", None)
    assert store.load("properties") == {"b": "é"}
    store.close()
    again = Store(path)
    assert again.load("triggers") == {"a": "2"}
    again.close()


def test_a_second_process_is_told_that_the_folder_is_in_use(store: Store, path: Path) -> None:
    with pytest.raises(RuntimeError, match="another process"):
        Store(path, patience=0.05)


def test_revisions_never_come_twice(store: Store, path: Path) -> None:
    book = store.open_book(large_book(1), 1000)
    book.toast("moves the revision, but is not kept")
    seen = book.revision
    store.close()
    again = Store(path)
    assert again.open_book(large_book(1), 2000).revision > seen
    again.close()


def test_plain_cells_are_plain_on_disk() -> None:
    row = (Cell("a"), Cell(), Cell(12.0), Cell(True), Cell(0.5, format=NumberFormat("PERCENT", "0%")))
    text = shelf.text(row)
    assert text == '["a",null,12.0,true,{"value":0.5,"format":["PERCENT","0%"]}]'
    assert shelf.row_from(text) == row


def test_a_file_of_an_earlier_version_is_read_without_what_is_no_longer_kept(store: Store, path: Path) -> None:
    rule = '{"kind": "ONE_OF_LIST", "options": ["NEW", "LOST"], "strict": true}'
    area = '{"sheet_id": 0, "top": 1, "left": 0, "bottom": 9, "right": 1}'
    guard = f'{{"id": 1, "area": {area}, "editors": ["a@b.c"], "warning_only": false, "description": ""}}'
    tab = (
        '{"sheet_id": 0, "title": "Leads", "row_count": 20, "column_count": 4, "frozen_rows": 1, "frozen_columns": 0, '
        f'"hidden": false, "moves": 2, "protected": [{guard}], "named": [{{"id": "1", "name": "ids", "area": {area}}}], '
        '"metadata": [{"id": 1, "key": "lead"}]}'
    )
    frame = f'{{"title": "Old", "tabs": [{tab}], "metadata": [], "locale": "en_GB", "time_zone": "Etc/GMT"}}'
    row = f'["id", {{"value": {{"error": "#N/A"}}, "formula": "=A1"}}, {{"validation": {rule}, "note": "call"}}, 7]'
    store._db.execute("INSERT INTO book VALUES ('id', 5, ?)", (frame,))
    store._db.execute("INSERT INTO lines VALUES (0, 2, ?)", (row,))
    (grid,) = reopened(store, path).now.grids
    guards = (Protected(1, Area(0, 1, 0, 9, 1), ("a@b.c",)),)
    ruled = Cell(validation=Validation("ONE_OF_LIST", ("NEW", "LOST"), strict=True), note="call")
    rows = ((), (Cell("id"), Cell(ErrorValue("#N/A"), "=A1"), ruled, Cell(7.0)))
    assert grid == Grid(0, "Leads", rows, 20, 4, protected=guards, moves=2)


def test_an_answered_change_outlives_a_power_cut_too(store: Store) -> None:
    full = 2
    assert store._db.execute("PRAGMA synchronous").fetchone() == (full,)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
