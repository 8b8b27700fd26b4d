"""Ids that the script gives: to every new lead, however it came, and never into another lead's row."""

from collections.abc import Callable

import pytest

from bridge.local_google.script.execution import Execution
from bridge.local_google.sheet.cells import Cell, NumberFormat
from tests.apps_script.conftest import SETTINGS, Receiver, Sheet

ASSIGNS = SETTINGS | {"assign_ids": True, "name": "name", "ours": ["task_id"], "defaults": {"status": "NEW"}}
KNOWN = {f"Lead {n}": n if n % 2 else f"00{n}" for n in range(1, 7)}
"""Leads with ids of persons: numbers, and texts that look like some."""


@pytest.fixture
def leads(bare: Sheet, receiver: Receiver) -> Sheet:
    """A sheet with some leads, where the script gives ids."""
    receiver.settings = ASSIGNS
    rows = [[given, name, "NEW", 10 + n] for n, (name, given) in enumerate(KNOWN.items())]
    bare.book.tab("Leads").write(2, 1, rows, typed=False)
    bare.install()
    bare.idle()
    receiver.taken.clear()
    return bare


def ids(sheet: Sheet) -> dict[str, object]:
    """Name → id, of all rows."""
    values = sheet.book.tab("Leads").values(2, 1, 40, 2)
    return {str(name): given for given, name in values if name is not None}


def acting(patch: pytest.MonkeyPatch, act: Callable[[], object], *before: int) -> list[str]:
    """Let somebody act before the script's calls of these numbers; all calls are noted."""
    real, calls, ahead = Execution._answer, [], set(before)

    def answer(self: Execution, op: str, args: list[object]) -> object:
        if op.startswith(("range.", "sheet.")):
            if len(calls) in ahead:
                ahead.remove(len(calls))
                act()
            calls.append(op)
        return real(self, op, args)

    patch.setattr(Execution, "_answer", answer)
    return calls


def sort(sheet: Sheet) -> Callable[[], object]:
    """Turn the rows round."""
    return lambda: sheet.person.sort("Leads!A2:D9", 1, ascending=False)


def insert(sheet: Sheet) -> Callable[[], object]:
    """A row comes above."""
    return lambda: sheet.person.insert_rows("Leads", 3)


def delete(sheet: Sheet) -> Callable[[], object]:
    """A row goes from above."""
    return lambda: sheet.person.delete_rows("Leads", 3)


def swap(sheet: Sheet) -> Callable[[], object]:
    """A lead is cut from above and stands where the new one stood, which stands above."""

    def act() -> None:
        tab = sheet.book.tab("Leads")
        first, new = tab.values(2, 1, 1, 4), tab.values(8, 1, 1, 4)
        tab.write(2, 1, new, typed=False)
        tab.write(8, 1, first, typed=False)

    return act


def column(sheet: Sheet) -> Callable[[], object]:
    """A column comes before the id's."""
    return lambda: sheet.person.lines("insert", "Leads", 1, "COLUMNS")


@pytest.mark.parametrize("first", range(0, 40, 10))
@pytest.mark.parametrize("move", [sort, insert, delete, swap])
def test_rows_that_move_between_any_two_calls_keep_their_ids(
    leads: Sheet, move: Callable[[Sheet], Callable[[], object]], first: int
) -> None:
    tab = leads.book.tab("Leads")
    kept = tab.values(2, 1, 12, 4)
    for before in range(first, first + 10):
        tab.write(2, 1, kept, typed=False)
        with pytest.MonkeyPatch.context() as patch:
            calls = acting(patch, move(leads), before)
            leads.edit("B8:C9", ["Zoë", "NEW"], ["Ann", "LOST"])
        leads.clock()
        found = ids(leads)
        gone = {"Lead 2"} if move is delete and before < len(calls) else set()
        assert {name: found[name] for name in KNOWN if name in found} == {
            name: given for name, given in KNOWN.items() if name not in gone
        }, (before, calls[before : before + 2])
        new = [str(found[name]) for name in ("Zoë", "Ann")]
        assert len({one for one in new if one.startswith("L-")}) == 2, (before, new)
        assert sorted(found) == sorted({*KNOWN, "Zoë", "Ann"} - gone)


@pytest.mark.parametrize("gap", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("move", [sort, insert, swap])
def test_rows_that_move_again_while_ids_are_put_right_keep_their_ids(
    leads: Sheet, move: Callable[[Sheet], Callable[[], object]], gap: int
) -> None:
    tab = leads.book.tab("Leads")
    kept = tab.values(2, 1, 12, 4)
    for before in range(36):
        tab.write(2, 1, kept, typed=False)
        with pytest.MonkeyPatch.context() as patch:
            acting(patch, move(leads), before, before + gap, before + 2 * gap)
            leads.edit("B8:C9", ["Zoë", "NEW"], ["Ann", "LOST"])
        leads.clock()
        found = ids(leads)
        assert {name: found[name] for name in KNOWN} == KNOWN, before
        assert len({str(found[name]) for name in ("Zoë", "Ann")} - {"None"}) == 2, before


def test_what_is_sent_of_a_new_lead_is_what_stands_in_its_row(leads: Sheet, receiver: Receiver) -> None:
    for before in range(40):
        leads.book.tab("Leads").write(8, 1, [[""] * 4] * 2)
        receiver.taken.clear()
        with pytest.MonkeyPatch.context() as patch:
            acting(patch, sort(leads), before)
            leads.edit("B8:C8", ["Zoë", "NEW"])
        leads.clock()
        found = ids(leads)
        sent = {cells[1]: cells[0] for _, cells in receiver.rows()}
        assert {name: str(found[name]) for name in sent} == {name: str(given) for name, given in sent.items()}, before
        (place,) = [row for row in range(2, 12) if leads.cell(f"B{row}") == "Zoë"]
        leads.person.delete_rows("Leads", place)
        leads.person.sort("Leads!A2:D9", 2)
        leads.idle()


def test_a_column_that_comes_meanwhile_gets_no_ids(leads: Sheet) -> None:
    for before in range(30):
        with pytest.MonkeyPatch.context() as patch:
            acting(patch, column(leads), before)
            leads.edit("B8:C8", ["Zoë", "NEW"])
        moved = leads.cell("A1") is None
        first, second = ("B", "C") if moved else ("A", "B")
        assert [leads.cell(f"{first}{row}") for row in range(2, 8)] == list(KNOWN.values())
        assert [leads.cell(f"{second}{row}") for row in range(2, 9)] == [*KNOWN, "Zoë"], before
        if moved:
            assert [leads.cell(f"A{row}") for row in range(2, 9)] == [None] * 7
            leads.person.lines("delete", "Leads", 1, "COLUMNS")
        leads.person.delete_rows("Leads", 8)
        leads.idle()


def test_a_column_that_moves_before_the_ids_are_written_and_rows_that_come_then_get_no_ids(leads: Sheet) -> None:
    def columns() -> None:
        leads.person.lines("move", "Leads", 2, "COLUMNS", before=1)

    def rows() -> None:
        leads.person.insert_rows("Leads", 2, 3)

    with pytest.MonkeyPatch.context() as patch:
        calls = acting(patch, lambda: None, 0)
        leads.edit("B8:C8", ["Ann", "NEW"])
    leads.person.delete_rows("Leads", 8)
    leads.idle()
    written = calls.index("range.write")
    with pytest.MonkeyPatch.context() as patch:
        acting(patch, columns, written)
        acting(patch, rows, written + 1)
        leads.edit("B8:C8", ["Zoë", "NEW"])
    assert not [one for one in (leads.cell(f"A{row}") for row in range(2, 13)) if str(one).startswith("L-")]


def test_a_person_who_types_an_id_until_right_before_the_write_keeps_it(leads: Sheet) -> None:
    for before in range(40):
        leads.book.tab("Leads").write(8, 1, [[""] * 4])
        with pytest.MonkeyPatch.context() as patch:
            calls = acting(patch, lambda: leads.book.tab("Leads").write(8, 1, [["mine"]]), before)
            leads.edit("B8:C8", ["Zoë", "NEW"])
        written = calls.index("range.write") if "range.write" in calls else len(calls)
        last_look = max(at for at, op in enumerate(calls[:written]) if op == "range.values")
        acted = before < len(calls)
        assert leads.cell("A8") == "mine" or last_look < before <= written or not acted, (before, calls)


@pytest.mark.parametrize("way", ["a program", "a form", "a program, while the bridge is away"])
def test_a_row_that_comes_without_an_edit_gets_an_id_and_is_sent_within_one_heartbeat(
    leads: Sheet, receiver: Receiver, way: str
) -> None:
    leads.book.tab("Leads").write(8, 2, [["Zoë", "NEW"], ["Ann", "NEW"]])
    receiver.status = 503 if "away" in way else 200
    leads.clock()
    new = [str(leads.cell("A8")), str(leads.cell("A9"))]
    assert all(one.startswith("L-") for one in new)
    if "away" in way:
        assert leads.unsent() == [new]
        return
    assert [cells[:2] for _, cells in receiver.rows()] == [[new[0], "Zoë"], [new[1], "Ann"]]
    assert "edited" not in receiver.of("rows")[0]
    receiver.taken.clear()
    leads.clock()
    assert [message["type"] for message in receiver.taken] == ["heartbeat"]


def test_ids_that_look_alike_are_different_ids(bare: Sheet, receiver: Receiver) -> None:
    receiver.settings = ASSIGNS
    bare.install()
    given = [1234567890123456, 1234567890123457, 1234567890123458]
    bare.person.paste("Leads!A2", "".join(f"{one}\tZoë\tNEW\n" for one in given))
    bare.idle()
    assert [bare.cell(f"A{row}") for row in (2, 3, 4)] == given
    assert [cells[0] for _, cells in receiver.rows()] == given


@pytest.mark.parametrize("format", ["0", "0.00E+00", "#,##0", "0000"])
def test_an_id_counts_whatever_its_format_shows(bare: Sheet, receiver: Receiver, format: str) -> None:
    receiver.settings = ASSIGNS
    bare.install()
    bare.book.tab("Leads").set_format("A2:A9", NumberFormat("NUMBER", format))
    bare.person.edit("A2:C4", [[11, "Ann", "NEW"], [12, "Bob", "NEW"], [13, "Cyd", "NEW"]], pasted=True)
    bare.idle()
    assert [bare.cell(f"A{row}") for row in (2, 3, 4)] == [11, 12, 13]


def test_a_pasted_id_of_another_lead_stays_for_its_person_to_mend_but_a_copied_row_is_a_new_lead(leads: Sheet) -> None:
    leads.person.edit("A8:C8", [[1, "Not lead 1", "NEW"]], pasted=True)
    leads.idle()
    assert leads.cell("A8") == 1
    leads.person.edit("A9:D9", [[1, "Lead 1", "NEW", 99]], pasted=True)
    leads.idle()
    assert str(leads.cell("A9")).startswith("L-")


def test_a_text_that_looks_like_a_number_is_put_back_as_text(leads: Sheet) -> None:
    assert leads.book.tab("Leads").cells(3, 1)[0][0] == Cell("002")


def test_ids_that_are_cleared_make_the_bridge_compare_everything_though_choices_are_left(
    leads: Sheet, receiver: Receiver
) -> None:
    leads.person.clear("Leads!A2:B7")
    leads.idle()
    assert receiver.kinds() == ["all"]
    assert [leads.cell(f"A{row}") for row in range(2, 8)] == [None] * 6


def test_a_choice_in_an_empty_row_is_not_told_to_lack_an_id(leads: Sheet, receiver: Receiver) -> None:
    leads.person.dropdown("Leads!C2:C20", ["NEW", "LOST"])
    leads.edit("C9", ["LOST"])
    assert (receiver.of("rows"), leads.cell("A9"), leads.toasts()[1:]) == ([], None, [])


def reading(patch: pytest.MonkeyPatch) -> list[int]:
    """How many cells each call of the script reads."""
    real, cells = Execution._answer, []

    def answer(self: Execution, op: str, args: list[object]) -> object:
        if op.startswith("range.") and op not in {"range.check", "range.name", "range.write"}:
            _, _, rows, columns = args[1]
            cells.append(rows * columns)
        return real(self, op, args)

    patch.setattr(Execution, "_answer", answer)
    return cells


MANY = 900


@pytest.fixture
def large(leads: Sheet) -> Sheet:
    """A sheet with many leads, and prepared rows below them."""
    rows = [[f"id {n}", f"Name {n}", "NEW", n] for n in range(MANY)]
    leads.book.tab("Leads").write(2, 1, rows, typed=False)
    leads.book.tab("Leads").write(MANY + 2, 2, [["", "NEW"]] * 10)
    return leads


def test_the_timer_reads_of_a_large_tab_little_more_than_its_ids(large: Sheet) -> None:
    with pytest.MonkeyPatch.context() as patch:
        cells = reading(patch)
        large.clock()
    assert MANY <= sum(cells) <= MANY + 100


def test_a_new_row_of_a_large_tab_is_still_found_by_the_timer(large: Sheet, receiver: Receiver) -> None:
    large.book.tab("Leads").write(7, 1, [["", "Zoë", "NEW", ""]])
    large.book.tab("Leads").write(MANY + 5, 2, [["Ann"]])
    large.clock()
    assert [cells[1] for _, cells in receiver.rows()] == ["Zoë", "Ann"]
    assert all(str(cells[0]).startswith("L-") for _, cells in receiver.rows())
