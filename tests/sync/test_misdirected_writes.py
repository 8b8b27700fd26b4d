"""Writes that went into a row which had just moved: whoever stood there gets its own values back, however the news came
to us, or did not.
"""

import pytest
from sqlalchemy import select

from bridge.errors import Transient
from bridge.local_google.api.trouble import Fault
from bridge.store.models import InFlightWrite, Rule, WriteState
from bridge.worker.job import Job
from bridge.worker.sweep.sweep import preview

HEADER = ["id", "name", "status", "task_id", "notes"]
ROWS = [[1, "Ann", "NEW", 1, "a"], [2, "Bob", "CONTACTED", 2, "b"], [3, "Cyd", "LOST", 3, "c"]]
IN_STEP = [[1, "Ann", "QUALIFIED", 1, "from the API"], *ROWS[1:]]


@pytest.fixture
def noted(running):
    """Three leads with notes, in sync."""
    stack = running(header=HEADER)
    new = [[*row[:3], None, row[4]] for row in ROWS]
    stack.edit("A2:E4", *new)
    stack.deliver(*new, header=HEADER)
    stack.settle()
    return stack


def shown(stack):
    return [row for row in stack.google.book.tab("Leads").values(2, 1, 20, 5) if any(row)]


def sort(stack, *, ascending):
    stack.google.person.sort("Leads!A2:E4", 1, ascending=ascending)


def unanswered(stack, before, after):
    """The next write lands and gets no answer; something happens just before it and right after it."""
    sheet = stack.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        before()
        real(writes)
        after()
        raise Transient("no answer")

    sheet.write = write


@pytest.mark.both
def test_a_misdirected_write_without_an_answer_is_put_right_though_the_rows_moved_again(noted):
    unanswered(noted, lambda: sort(noted, ascending=False), lambda: sort(noted, ascending=True))
    noted.patch(1, status="DONE", notes="from the API")
    noted.settle()
    # nobody was in the wrong row when it was looked at; the whole sheet is searched when reads are sure
    noted.later(11)
    noted.settle()
    assert shown(noted) == IN_STEP
    assert [task["notes"] for task in noted.tasks()] == ["from the API", "b", "c"]
    assert (noted.cell("C4"), noted.task(3)["status"]) == ("LOST", "DONE")
    told = [(one["new"], one["state"], one["rule"]) for one in noted.changes(3) if one["field"] == "notes"]
    assert told == [("from the API", "lost", Rule.MISDIRECTED)]


def test_a_delivery_of_a_row_into_which_a_write_goes_by_mistake_takes_only_what_its_person_typed(noted):
    def a_person_types():
        assert shown(noted)[0] == [3, "Cyd", "QUALIFIED", 3, "from the API"]
        noted.edit("B2", ["Cydney"])
        row = [3, "Cydney", "QUALIFIED", 3, "from the API"]
        noted.deliver(row, seq=9, header=HEADER, edited={"first": 2, "last": 2, "typed": "Cydney"})
        sort(noted, ascending=True)

    unanswered(noted, lambda: sort(noted, ascending=False), a_person_types)
    noted.patch(1, status="DONE", notes="from the API")
    noted.settle()
    noted.later(11)
    expected = [*IN_STEP[:2], [3, "Cydney", "LOST", 3, "c"]]
    noted.settle()
    assert shown(noted) == expected
    assert [task["notes"] for task in noted.tasks()] == ["from the API", "b", "c"]
    assert [task["title"] for task in noted.tasks()] == ["Follow up: Ann", "Follow up: Bob", "Follow up: Cydney"]


def test_what_a_person_typed_is_no_misdirected_write_although_it_is_the_same_word(noted):
    unanswered(noted, lambda: sort(noted, ascending=False), lambda: sort(noted, ascending=True))
    noted.patch(1, notes="call back")
    noted.edit("E3", ["call back"])
    noted.deliver(
        [2, "Bob", "CONTACTED", 2, "call back"], seq=9, first=3, header=HEADER, edited={"first": 5, "last": 5}
    )
    noted.settle()
    noted.later(11)
    noted.settle()
    assert [row[4] for row in shown(noted)] == ["call back", "call back", "c"]
    assert [task["notes"] for task in noted.tasks()] == ["call back", "call back", "c"]


def test_a_write_that_was_dropped_before_it_landed_is_looked_for_and_then_forgotten(noted):
    noted.google.trouble.fail(Fault("drop", kind="write"))
    noted.patch(1, notes="from the API")
    noted.settle()
    assert shown(noted)[0][4] == "from the API"
    noted.later(11)
    noted.settle()
    assert missing(noted) == []
    noted.edit("E3", ["from the API"])
    noted.sweep()
    assert noted.task(2)["notes"] == "from the API"


def test_a_dry_run_takes_each_row_though_writes_are_missing(noted):
    unanswered(noted, lambda: sort(noted, ascending=False), lambda: sort(noted, ascending=True))
    noted.patch(1, notes="from the API")
    noted.drain()
    noted.google.book.tab("Leads").write(3, 5, [["typed"]])
    plan = preview(Job(noted.runtime, "leads"))
    assert [(step.row, step.what, step.reasons) for step in plan.steps if step.row == 3] == [(3, "task_updated", ())]


def test_a_write_that_google_turned_away_for_its_limit_is_not_looked_for(noted):
    reads = noted.calls()[0]
    noted.google.trouble.fail(Fault(429, kind="write"))
    noted.patch(1, notes="from the API")
    noted.settle()
    assert (missing(noted), shown(noted)[0][4], noted.calls()[0] - reads) == ([], "from the API", 2)


def test_a_word_that_we_wrote_a_minute_ago_is_a_persons_when_a_sweep_finds_it(noted):
    """Its write had no answer and the rows moved, so it might have landed late; nobody waits for that for ever."""
    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(_writes):
        sheet.write = real
        sort(noted, ascending=False)
        noted.patch(1, notes="second")
        raise Transient("no answer")

    sheet.write = write
    noted.patch(1, notes="first")
    noted.settle()
    noted.later(61)
    noted.edit("E4", ["first"])
    noted.sweep()
    assert (noted.task(1)["notes"], shown(noted)[2][4]) == ("first", "first")


def missing(stack):
    with stack.runtime.session() as session:
        return session.scalars(select(InFlightWrite).where(InFlightWrite.state == WriteState.MISSING)).all()


def test_a_word_whose_row_moved_and_was_written_before_the_script_looked_is_in_that_leads_history(noted):
    """Typed into row 2, then a row is inserted above; a read that lags shows neither, so our write covers the word."""
    noted.patch(1, notes="from the API")
    noted.settle()
    noted.google.person.insert_rows("Leads", 2)
    row = [None, None, None, None, None]
    noted.deliver(row, seq=9, header=HEADER, edited={"first": 5, "last": 5, "typed": "call me"})
    noted.later(11)  # from then on a read of the sheet would show the word
    noted.settle()
    lost = next(one for one in noted.changes(1) if one["state"] == "lost")
    assert (lost["field"], lost["new"], lost["side"]) == ("notes", "call me", "sheet")
    assert lost["reason"] == "typed into row 2, where it is not: rows moved meanwhile, and it may have stood here"
    noted.post_to(f"/changes/{lost['id']}/take")
    noted.settle()
    assert noted.task(1)["notes"] == "call me"
    assert "call me" in [one[4] for one in shown(noted)]


def test_a_word_typed_over_another_at_once_is_told_to_nobody(noted):
    """The script looks when the second word stands there already; no write of ours was near."""
    noted.edit("E2", ["two"])
    noted.later(11)
    noted.deliver([1, "Ann", "NEW", 1, "two"], seq=9, header=HEADER, edited={"first": 5, "last": 5, "typed": "one"})
    assert [one["state"] for task in (1, 2, 3) for one in noted.changes(task) if one["state"] == "lost"] == []
    assert noted.task(1)["notes"] == "two"


@pytest.mark.parametrize("late", [0, 30])
def test_a_delivery_that_comes_after_the_misdirected_write_was_put_right_does_not_bring_it_back(noted, late):
    """The script read the row while the misdirected write stood there; its delivery arrives when the row is right again."""
    noted.google.trouble.before_write(lambda: sort(noted, ascending=False))
    noted.patch(1, notes="from the API")
    expected = [*ROWS[:0:-1], [1, "Ann", "NEW", 1, "from the API"]]
    noted.settle()
    assert shown(noted) == expected
    noted.later(late)
    noted.edit("B2", ["Cydney"])
    row = [3, "Cydney", "LOST", 3, "from the API"]
    noted.deliver(row, seq=9, late=late, header=HEADER, edited={"first": 2, "last": 2, "typed": "Cydney"})
    noted.settle()
    assert shown(noted)[0] == [3, "Cydney", "LOST", 3, "c"]
    assert noted.task(3)["notes"] == "c"
    told = [one["rule"] for one in noted.changes(3) if one["field"] == "notes"]
    assert told == [Rule.MISDIRECTED]


def test_a_new_lead_keeps_its_status_although_the_same_word_is_being_written_elsewhere(noted):
    """Its edit event is lost, so that a delivery without edited columns (or a sweep) finds it."""

    def a_lead_is_added():
        noted.edit("A5:E5", [4, "Dee", "QUALIFIED", None, "d"])
        noted.deliver([4, "Dee", "QUALIFIED", None, "d"], seq=9, first=5, header=HEADER)

    unanswered(noted, lambda: None, a_lead_is_added)
    noted.patch(1, status="DONE")
    noted.settle()
    assert (shown(noted)[3][:3], noted.task(4)["status"]) == ([4, "Dee", "QUALIFIED"], "DONE")


def test_a_new_row_into_which_a_write_went_before_anybody_knew_it_says_so(noted):
    """A block is typed into an inserted row just when we write there: its event tells no values."""
    sheet = noted.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        noted.google.person.insert_rows("Leads", 2)
        noted.edit("A2:C2", [4, "Dee", "LOST"])
        return real(writes)

    sheet.write = write
    noted.patch(1, status="DONE")
    noted.settle()
    assert len(noted.tasks()) == 4
    (told,) = (one for one in noted.changes(4) if one["field"] == "status")
    assert (told["new"], told["rule"]) == ("QUALIFIED", Rule.MISDIRECTED)
    assert "look at it" in told["reason"]
    assert (noted.task(4)["status"], shown(noted)[0][2]) == ("TODO", "NEW")


def test_a_new_lead_does_not_take_the_text_of_a_misdirected_write_in_its_row(noted):
    def a_lead_is_typed_over_it():
        noted.edit("A2:C2", [4, "Dee", "NEW"])
        assert shown(noted)[0] == [4, "Dee", "NEW", None, "from the API"]
        noted.deliver([4, "Dee", "NEW", None, "from the API"], seq=9, header=HEADER)

    unanswered(noted, lambda: noted.google.person.insert_rows("Leads", 2), a_lead_is_typed_over_it)
    noted.patch(1, notes="from the API")
    noted.settle()
    assert [row[4] for row in shown(noted)] == [None, "from the API", "b", "c"]
    assert noted.task(4)["notes"] == "Auto-created from Sheets"


def test_while_reads_lag_a_misdirected_write_is_not_repeated_again_and_again(noted):
    """Each repeat would go to where the lead no longer stands, into the row of another."""

    def sort_and_lag():
        noted.google.trouble.lag(60, lasting=9)
        sort(noted, ascending=False)

    noted.google.trouble.before_write(sort_and_lag)
    noted.patch(1, status="DONE", notes="from the API")
    before = noted.calls()
    noted.settle()
    reads, writes = (now - then for now, then in zip(noted.calls(), before, strict=True))
    assert writes <= 2 * 5 + 2  # for the lead and for its victim, one in each wait of the lag
    assert reads <= 14  # so is each look
    noted.later(11)
    noted.settle()
    sort(noted, ascending=True)
    assert shown(noted) == IN_STEP
    assert [task["notes"] for task in noted.tasks()] == ["from the API", "b", "c"]


@pytest.mark.parametrize("empty_row", [False, True])
def test_a_word_of_a_persons_below_the_leads_is_no_write_that_is_looked_for(running, empty_row):
    """A legend in a column that is not synced; the write of the same word never lands, or lands in an empty row."""
    stack = running(header=[*HEADER, "owner", "legend"])
    stack.edit("A2:F2", [1, "Ann", "NEW", None, "a", "Old"])
    stack.sweep()
    legend = [["Team"], ["Ann Lee"], ["Bo Ray"]]
    stack.google.book.tab("Leads").write(6, 7, legend)
    act = lambda: stack.google.person.insert_rows("Leads", 2)  # noqa: E731
    stack.google.trouble.before_write(act) if empty_row else stack.google.trouble.fail(Fault("drop", kind="write"))
    stack.patch(1, assignee="Ann Lee")
    stack.settle()
    stack.later(11)
    stack.sweep()
    assert stack.google.book.tab("Leads").values(6 + empty_row, 7, 3) == legend
    assert [row[5] for row in stack.google.book.tab("Leads").values(2, 1, 2, 6)] == [None, "Ann Lee"][
        :: 1 if empty_row else -1
    ]
