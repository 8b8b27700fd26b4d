"""A word belongs to the lead in whose row it was typed, whatever moved or was written before the script looked."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bridge.errors import Transient
from bridge.store.models import OverwrittenEdit, Rule
from bridge.worker import start
from bridge.worker.run import run

HEADER = ["id", "name", "status", "task_id", "notes"]
ROWS = [[1, "Ann", "NEW", 1, "a"], [2, "Bob", "CONTACTED", 2, "b"], [3, "Cyd", "LOST", 3, "c"]]


@pytest.fixture
def noted(running):
    """Three leads with notes, in sync, and the sheet's script."""
    stack = running(header=HEADER)
    stack.install()
    stack.edit("A2:E4", *([*row[:3], None, row[4]] for row in ROWS))
    stack.settle()
    return stack


def shown(stack, field="notes"):
    """lead id → what its row shows."""
    rows = stack.google.book.tab("Leads").values(2, 1, 20, 5)
    return {row[0]: row[HEADER.index(field)] for row in rows if row[0]}


def notes(stack):
    """lead id → what its task says."""
    return {int(task["lead_id"]): task["notes"] for task in stack.tasks()}


def lost(stack, task_id):
    return [(one["new"], one["rule"]) for one in stack.changes(task_id) if one["state"] == "lost"]


def kept(stack):
    with stack.runtime.session() as session:
        return [one.value for one in session.scalars(select(OverwrittenEdit))]


def move(stack, row, before):
    stack.google.person.lines("move", "Leads", row, before=before)


def sort(stack, *, ascending):
    stack.google.person.sort("Leads!A2:E4", 1, ascending=ascending)


MOVES = {
    "dragged down": lambda stack: move(stack, 2, 4),
    "sorted": lambda stack: sort(stack, ascending=False),
    "a row inserted above": lambda stack: stack.google.person.insert_rows("Leads", 2),
    "two dragged above": lambda stack: [move(stack, 4, 2), move(stack, 4, 2)],
}


@pytest.mark.parametrize("ago", [1, 5, 20, 45])
@pytest.mark.parametrize("how", MOVES)
def test_a_word_follows_its_row_and_not_the_lead_that_was_written_just_now(noted, how, ago):
    for task in (2, 3):
        noted.patch(task, notes=f"from the API {task}")
    noted.settle()
    noted.clock.advance(ago)
    noted.edit("E2", ["typed for 1"])
    MOVES[how](noted)
    noted.settle()
    expected = {1: "typed for 1", 2: "from the API 2", 3: "from the API 3"}
    assert (shown(noted), notes(noted)) == (expected, expected)
    assert ([lost(noted, task) for task in (1, 2, 3)], kept(noted)) == ([[], [], []], [])


@pytest.mark.parametrize("how", MOVES)
def test_a_status_follows_its_row_too(noted, how):
    for task in (2, 3):
        noted.patch(task, status="TODO")
    noted.settle()
    noted.edit("C2", ["LOST"])
    MOVES[how](noted)
    noted.settle()
    assert shown(noted, "status") == {1: "LOST", 2: "NEW", 3: "NEW"}
    assert [task["status"] for task in noted.tasks()] == ["DONE", "TODO", "TODO"]
    assert (lost(noted, 2), lost(noted, 3), kept(noted)) == ([], [], [])


def misdirected(stack, person):
    """The next write goes to row 2, and lead 2 stands there by then; a person does something just before it."""

    def before():
        move(stack, 2, 4)
        person()

    stack.google.trouble.before_write(before)


@pytest.mark.both
def test_a_word_under_a_write_for_another_lead_is_offered_and_both_leads_keep_their_own(noted):
    """Rows moved about then, so nobody knows in whose row it was typed; taken, it stands there."""
    misdirected(noted, lambda: noted.edit("E2", ["typed for 2"]))
    noted.patch(1, notes="meant for 1")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}
    (offered,) = [one for one in noted.changes(2) if one["new"] == "typed for 2"]
    assert (offered["state"], offered["rule"], kept(noted)) == ("lost", Rule.COVERED, [])
    noted.post_to(f"/changes/{offered['id']}/take").raise_for_status()
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "typed for 2", 3: "c"}


def test_a_word_under_a_write_for_another_lead_is_offered_however_late_the_script_starts(noted):
    """An event is dated when its script starts."""
    misdirected(noted, lambda: noted.edit("E2", ["typed for 2"]))
    noted.patch(1, notes="meant for 1")
    for wait in (3, 40):
        run(noted.runtime, "leads")
        noted.clock.advance(wait)
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}
    assert ("typed for 2", Rule.COVERED) in lost(noted, 2)


@pytest.mark.parametrize("late", [27, 55])
def test_a_status_under_our_write_is_offered_though_another_row_got_the_same_before_the_late_script(noted, late):
    """So late that the write seems older than the edit; of the other row only the sweep tells."""
    noted.google.trouble.before_write(lambda: noted.edit("C2", ["LOST"]))
    noted.patch(1, status="IN_PROGRESS")
    run(noted.runtime, "leads")
    noted.clock.advance(late)
    noted.google.trouble.edit_queue = 0
    noted.edit("C3", ["LOST"])
    noted.google.trouble.edit_queue = None
    noted.settle()
    assert ("LOST", Rule.COVERED) in lost(noted, 1)
    assert (shown(noted, "status"), kept(noted)) == ({1: "CONTACTED", 2: "LOST", 3: "LOST"}, [])


def test_a_status_under_a_write_that_went_astray_is_offered_though_another_row_got_the_same(noted):
    """Its row moved to where the write went only after it was typed."""

    noted.edit("A5:E5", [4, "Dan", "NEW", None, "d"])
    noted.settle()

    def person():
        noted.edit("C3", ["LOST"])
        move(noted, 2, 4)

    noted.google.trouble.before_write(person)
    noted.patch(1, status="DONE")
    run(noted.runtime, "leads")
    noted.google.trouble.edit_queue = 0
    noted.edit("C5", ["LOST"])
    noted.google.trouble.edit_queue = None
    noted.settle()
    assert ("LOST", Rule.COVERED) in lost(noted, 2)
    assert (shown(noted, "status")[4], kept(noted)) == ("LOST", [])


def test_a_word_under_our_write_is_offered_though_another_column_stands_there_when_the_late_script_starts(noted):
    noted.google.trouble.before_write(lambda: noted.edit("E2", ["typed for 1"]))
    noted.patch(1, notes="from the API")
    run(noted.runtime, "leads")
    noted.clock.advance(3)
    noted.google.person.lines("move", "Leads", 3, "COLUMNS", before=6)
    noted.settle()
    assert ("typed for 1", Rule.COVERED) in lost(noted, 1)
    assert (notes(noted)[1], kept(noted)) == ("from the API", [])


def test_a_word_under_our_write_is_offered_to_its_lead_though_many_were_written_and_sorted(noted):
    """The first place is that of the lead that stands there by then, the second its own."""
    noted.edit("A5:E7", *([number, f"name {number}", "NEW", None, f"note {number}"] for number in (4, 5, 6)))
    noted.settle()
    noted.google.trouble.before_write(lambda: noted.edit("E2", ["typed for 1"]))
    for number in range(1, 7):
        noted.patch(number, notes=f"from the API {number}")
    run(noted.runtime, "leads")
    noted.clock.advance(3)
    noted.google.person.sort("Leads!A2:E7", 1, ascending=False)
    noted.settle()
    assert notes(noted) == {number: f"from the API {number}" for number in range(1, 7)}
    assert ("typed for 1", Rule.COVERED) in lost(noted, 1)


def test_a_word_under_a_write_for_another_lead_is_offered_though_the_clock_is_set_back(noted):
    """Its time, and that of the write, lie ahead then."""
    misdirected(noted, lambda: noted.edit("E2", ["typed for 2"]))
    noted.patch(1, notes="meant for 1")
    noted.drain()
    assert kept(noted) == ["typed for 2"]
    back = timedelta(seconds=90)
    noted.runtime.now, noted.started = lambda: noted.clock.now() - back, noted.started - back
    start.clock_set_back(noted.runtime, 90)
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}
    assert ("typed for 2", Rule.COVERED) in lost(noted, 2)
    assert kept(noted) == []


@pytest.mark.parametrize(
    ("cell", "word", "patch"), [("E2", "typed for 1", {"notes": "api"}), ("C2", "LOST", {"status": "DONE"})]
)
def test_a_word_whose_row_goes_away_under_our_write_is_not_put_into_the_row_that_comes_there(noted, cell, word, patch):
    """Typed for lead 1, whose row is deleted: lead 2 comes to its place, and our write for lead 1 goes there."""
    noted.google.trouble.before_write(lambda: [noted.edit(cell, [word]), noted.google.person.delete_rows("Leads", 2)])
    noted.patch(1, **patch)
    noted.settle()
    assert (shown(noted), shown(noted, "status")) == ({2: "b", 3: "c"}, {2: "CONTACTED", 3: "LOST"})
    assert (noted.task(2)["notes"], noted.task(2)["status"]) == ("b", "IN_PROGRESS")
    assert (word, Rule.COVERED) in lost(noted, 2)


@pytest.mark.both
def test_a_status_typed_before_another_row_came_there_is_not_that_rows(noted):
    """Typed again as it was, so no row shows anything new; then lead 3 comes to the place, and our write goes there."""

    def person():
        move(noted, 2, 4)
        noted.edit("C2", ["CONTACTED"])
        move(noted, 4, 2)

    noted.google.trouble.before_write(person)
    noted.patch(1, status="DONE")
    noted.settle()
    places = shown(noted, "status")
    assert (places[2], places[3]) == ("CONTACTED", "LOST")
    assert [task["status"] for task in noted.tasks()] == ["DONE", "IN_PROGRESS", "DONE"]


def test_a_word_under_a_write_for_another_lead_that_got_no_answer_is_not_that_leads(noted):
    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        move(noted, 2, 4)
        noted.edit("E2", ["typed for 2"])
        real(writes)
        noted.google.scripts.wait_idle(0)
        raise Transient("no answer")

    sheet.write = write
    noted.patch(1, notes="meant for 1")
    noted.settle()
    expected = {1: "meant for 1", 2: "b", 3: "c"}
    assert (shown(noted), notes(noted)) == (expected, expected)
    assert ("typed for 2", Rule.COVERED) in lost(noted, 2)


def test_a_status_under_a_write_for_another_lead_is_offered(noted):
    misdirected(noted, lambda: noted.edit("C2", ["NEW"]))
    noted.patch(1, status="DONE", notes="meant for 1")
    noted.settle()
    assert shown(noted, "status") == {1: "QUALIFIED", 2: "CONTACTED", 3: "LOST"}
    assert [task["status"] for task in noted.tasks()] == ["DONE", "IN_PROGRESS", "DONE"]
    assert ("NEW", Rule.COVERED) in lost(noted, 2)
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}


def test_a_status_under_a_write_for_another_lead_that_wrote_what_was_there_is_told_to_both(noted):
    """The cell shows the lead's own status, so nobody knows whether the word stood there."""
    misdirected(noted, lambda: noted.edit("C2", ["LOST"]))
    noted.patch(1, status="IN_PROGRESS")
    noted.settle()
    assert shown(noted, "status") == {1: "CONTACTED", 2: "CONTACTED", 3: "LOST"}
    assert lost(noted, 1) == lost(noted, 2) == [("LOST", Rule.COVERED)]


@pytest.mark.parametrize("pasted", [[""], ["pasted"]])
def test_a_cell_cleared_or_pasted_under_a_write_for_another_lead_does_not_get_that_leads_value(noted, pasted):
    """Its event tells no word, so what stood there is not known; the value is another's all the same."""

    def person():
        noted.google.person.edit("E2", [pasted], pasted=True)

    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        move(noted, 2, 4)
        person()
        echoed = real(writes)
        noted.google.scripts.wait_idle(0)
        return echoed

    sheet.write = write
    noted.patch(1, notes="meant for 1")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}
    assert ("meant for 1", Rule.MISDIRECTED) in lost(noted, 2)


@pytest.mark.parametrize("answered", [True, False])
def test_a_row_that_moves_on_with_a_write_for_another_lead_in_it_does_not_take_it(noted, answered):
    """The event of the row that was dragged covers its cells, and nobody typed into them."""
    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        move(noted, 2, 5)
        echoed = real(writes)
        move(noted, 2, 4)
        if not answered:
            noted.google.scripts.wait_idle(0)
            raise Transient("no answer")
        return echoed

    sheet.write = write
    noted.patch(1, notes="meant for 1", status="DONE")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "b", 3: "c"}
    assert shown(noted, "status") == {1: "QUALIFIED", 2: "CONTACTED", 3: "LOST"}


def test_a_word_typed_into_the_cell_where_a_write_went_astray_stays(noted):
    """Typed after it landed and before the cell was put right: the cell shows the word."""
    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        move(noted, 2, 4)
        echoed = real(writes)
        noted.edit("E2", ["typed for 2"])
        return echoed

    sheet.write = write
    noted.patch(1, notes="meant for 1")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "meant for 1", 2: "typed for 2", 3: "c"}


def test_a_word_equal_to_what_we_had_written_stays_in_both_rows(noted):
    noted.patch(2, notes="call back")
    noted.settle()
    noted.edit("E2", ["call back"])
    move(noted, 2, 4)
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "call back", 2: "call back", 3: "c"}
    noted.edit("E2", ["typed for 2"])
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "call back", 2: "typed for 2", 3: "c"}


def covered(stack, *words, field="notes", **patch):
    """Lead 1's cell is written just after these words were typed into it."""
    place = f"{'ABCDE'[HEADER.index(field)]}2"
    stack.google.trouble.before_write(lambda: [stack.edit(place, [word]) for word in words])
    stack.patch(1, **patch)


@pytest.mark.both
def test_a_word_under_our_own_write_is_put_back(noted):
    covered(noted, "typed for 1", notes="from the API")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "typed for 1", 2: "b", 3: "c"}
    assert [one["new"] for one in noted.changes(1) if one["side"] == "sheet" and one["field"] == "notes"] == [
        "typed for 1"
    ]


def test_a_status_under_our_own_write_is_put_back_though_both_mean_the_same(noted):
    covered(noted, "LOST", field="status", status="DONE")
    noted.settle()
    assert (shown(noted, "status")[1], noted.task(1)["status"]) == ("LOST", "DONE")


def test_of_two_words_under_our_write_the_later_is_put_back_and_the_other_is_in_the_history(noted):
    covered(noted, "first", "second", notes="from the API")
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "second", 2: "b", 3: "c"}
    assert lost(noted, 1) == [("first", Rule.COVERED)]


def test_of_two_equal_words_one_under_our_write_and_one_elsewhere_none_is_lost(noted):
    covered(noted, "call back", notes="from the API")
    noted.google.trouble.before_write(lambda: noted.edit("E4", ["call back"]))
    noted.settle()
    assert notes(noted)[3] == shown(noted)[3] == "call back"
    told = [one["new"] for one in noted.changes(1) if one["side"] == "sheet" and one["field"] == "notes"]
    assert told == ["call back"]


def test_a_word_that_was_typed_over_in_the_row_that_moved_is_not_put_into_the_other(noted):
    noted.patch(2, notes="from the API")
    noted.settle()
    noted.edit("E2", ["first"])
    move(noted, 2, 4)
    noted.edit("E3", ["second"])
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "second", 2: "from the API", 3: "c"}


def test_a_word_whose_row_was_deleted_goes_to_no_other_row(noted):
    noted.patch(2, notes="from the API")
    noted.settle()
    noted.edit("E2", ["typed for 1"])
    noted.google.person.delete_rows("Leads", 2)
    noted.settle()
    assert shown(noted) == {2: "from the API", 3: "c"}
    assert notes(noted) == {1: "a", 2: "from the API", 3: "c"}
    assert lost(noted, 2) == [("typed for 1", Rule.COVERED)]


def test_a_word_that_is_kept_outlives_a_restart_before_the_sweep(noted):
    covered(noted, "typed for 1", notes="from the API")
    run(noted.runtime, "leads")
    noted.google.scripts.wait_idle(0)
    assert (kept(noted), noted.task(1)["notes"]) == (["typed for 1"], "from the API")
    noted.stop_bridge()
    noted.start_bridge()
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "typed for 1", 2: "b", 3: "c"}
    assert kept(noted) == []


def test_a_sweep_that_shows_the_sheet_as_it_was_decides_nothing(noted):
    """Lead 2 came to the place and was written there; the word stands in lead 1's row, and no read shows that yet."""
    sheet = noted.runtime.sheet("leads")
    before, real = sheet.read(), sheet.read
    noted.edit("E2", ["typed for 1"])
    move(noted, 2, 4)
    noted.patch(2, notes="from the API")
    for _ in range(2):  # it is looked for, and found
        run(noted.runtime, "leads")
    assert shown(noted) == {1: "typed for 1", 2: "from the API", 3: "c"}
    sheet.read = lambda rows=None: real(rows) if rows else before
    noted.drain()
    assert kept(noted) == ["typed for 1"]
    sheet.read = real
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "typed for 1", 2: "from the API", 3: "c"}
    assert (lost(noted, 1), lost(noted, 2), kept(noted)) == ([], [], [])


def test_a_word_that_its_person_typed_anew_since_is_not_put_over_the_new_one(noted):
    covered(noted, "first", notes="from the API")
    noted.drain()
    noted.edit("E2", ["second"])
    noted.settle()
    assert shown(noted) == notes(noted) == {1: "second", 2: "b", 3: "c"}
    assert lost(noted, 1) == [("first", Rule.COVERED)]


@pytest.mark.parametrize("typed", ["12.50", "2026-12-01", "TRUE", "  two  blanks  "])
def test_what_the_event_tells_otherwise_than_the_cell_shows_is_no_word_to_look_for(noted, typed):
    noted.settle()
    reads = noted.calls()[0]
    for _ in range(2):  # the second time the cell shows nothing new
        noted.clock.advance(3)  # two at once would be a burst, which a sweep follows
        noted.edit("E2", [typed])
        noted.settle()
    assert (kept(noted), noted.calls()[0] - reads) == ([], 0)


def test_a_word_typed_where_no_row_stands_any_more_is_looked_for_at_once(noted):
    """The script finds an empty row there, and has no lead to tell of."""
    noted.edit("E2", ["typed for 1"])
    noted.google.person.insert_rows("Leads", 2)
    noted.drain()
    assert notes(noted)[1] == "typed for 1"
