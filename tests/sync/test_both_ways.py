"""The two ways, and the stories on which the public attempts at this job fail."""

import threading
from datetime import timedelta

import pytest

from bridge.local_google.api.trouble import Fault
from bridge.queue.sweep_requests import ask_for_sweep, swept
from bridge.store.models import SheetQueue
from bridge.worker.flush.flush import flush
from bridge.worker.job import Job, acquire, look


def lead(stack, number=12, name="Vikram", status="NEW", row=2, seq=1):
    """A lead typed into the sheet and delivered, with its task id in its row."""
    stack.edit(f"A{row}:C{row}", [number, name, status])
    answer = stack.deliver([number, name, status, None], first=row, seq=seq)
    stack.settle()
    return answer.json()["outcomes"][0]["task_id"]


@pytest.mark.both
def test_the_task_id_comes_to_stand_in_the_row(stack):
    assert lead(stack) == 1
    assert stack.rows() == [[12, "Vikram", "NEW", 1]]


@pytest.mark.both
def test_a_patch_writes_the_cell(stack):
    lead(stack)
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C2") == "CONTACTED"


def test_nothing_oscillates_and_no_word_leaks_into_the_other_vocabulary(stack):
    lead(stack)
    for task_status, word in [("DONE", "QUALIFIED"), ("TODO", "NEW"), ("IN_PROGRESS", "CONTACTED")]:
        stack.patch(1, status=task_status)
        stack.settle()
        assert (stack.cell("C2"), stack.task(1)["status"]) == (word, task_status)
    before = stack.calls()
    stack.edit("C2", ["LOST"])
    stack.deliver([12, "Vikram", "LOST", 1], seq=2)
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("LOST", "DONE")
    assert stack.calls()[1] == before[1]


def test_a_lost_lead_stays_lost_when_its_task_is_touched(stack):
    lead(stack, status="LOST")
    stack.patch(1, status="TODO")
    stack.settle()
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "LOST"


@pytest.mark.both
def test_a_first_sync_of_a_hundred_leads_costs_one_read_and_one_write(stack):
    stack.settle()
    stack.edit("A2:C101", *([n, f"Lead {n}", "NEW"] for n in range(1, 101)))
    before = stack.calls()
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 101)))
    stack.settle()
    reads, writes = stack.calls()
    assert (reads - before[0], writes - before[1]) == (1, 1)
    ids = {task["lead_id"]: task["id"] for task in stack.tasks()}
    assert stack.rows() == [[n, f"Lead {n}", "NEW", ids[str(n)]] for n in range(1, 101)]


def test_a_first_sync_of_a_sheet_that_was_full_before_costs_one_read_and_one_write(stack):
    stack.settle()
    stack.edit("A2:C101", *([n, f"Lead {n}", "CONTACTED"] for n in range(1, 101)))
    before = stack.calls()
    hello = f'{{"type":"hello","seq":1,"spreadsheet":"{stack.google.book.id}","sheet_id":0}}'
    assert stack.post(hello.encode()).status_code == 200
    stack.settle()
    reads, writes = stack.calls()
    assert (reads - before[0], writes - before[1]) == (1, 1)
    assert len(stack.tasks(status="IN_PROGRESS")) == 100
    assert all(row[3] for row in stack.rows())


def test_a_quiet_time_costs_no_call(stack):
    lead(stack)
    before = stack.calls()
    stack.later(stack.config.sheets["leads"].sweep_every / 2)
    assert stack.calls() == before


def test_a_hundred_patches_of_one_task_owe_one_write(stack):
    lead(stack)
    before = stack.calls()
    for _ in range(50):
        stack.patch(1, status="DONE")
        stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C2") == "CONTACTED"
    assert stack.calls()[1] - before[1] == 1


def test_a_row_inserted_while_a_write_is_under_way_links_nothing_wrong(stack):
    stack.edit("A2:C4", [1, "Ann", "NEW"], [2, "Bob", "NEW"], [3, "Cyd", "NEW"])
    stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "NEW", None], [3, "Cyd", "NEW", None])
    stack.settle()
    stack.google.trouble.before_write(lambda: stack.google.person.insert_rows("Leads", 2))
    stack.patch(3, status="DONE")
    stack.settle()
    assert stack.rows() == [[1, "Ann", "NEW", 1], [2, "Bob", "NEW", 2], [3, "Cyd", "QUALIFIED", 3]]
    assert [task["status"] for task in stack.tasks()] == ["TODO", "TODO", "DONE"]


def test_rows_sorted_while_a_write_is_under_way_get_their_own_values_back(stack):
    stack.edit("A2:C4", [1, "Ann", "NEW"], [2, "Bob", "CONTACTED"], [3, "Cyd", "LOST"])
    stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "CONTACTED", None], [3, "Cyd", "LOST", None])
    stack.settle()
    stack.google.trouble.before_write(lambda: stack.google.person.sort("Leads!A2:D4", 1, ascending=False))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.rows() == [[3, "Cyd", "LOST", 3], [2, "Bob", "CONTACTED", 2], [1, "Ann", "QUALIFIED", 1]]
    assert [task["status"] for task in stack.tasks()] == ["DONE", "IN_PROGRESS", "DONE"]


def test_a_moved_row_is_noticed_also_when_google_does_not_echo_the_id(stack):
    stack.google.trouble.echo_skipped = False
    lead(stack)
    stack.google.trouble.before_write(lambda: stack.google.person.insert_rows("Leads", 2))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.rows() == [[12, "Vikram", "QUALIFIED", 1]]


def test_a_moved_row_is_noticed_also_when_its_lead_has_the_id_0(stack):
    stack.edit("A2:C2", [0, "Zed", "NEW"])
    stack.deliver([0, "Zed", "NEW", None])
    stack.settle()
    stack.google.trouble.before_write(lambda: stack.google.person.insert_rows("Leads", 2))
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.rows() == [[0, "Zed", "QUALIFIED", 1]]


def test_a_failed_write_back_makes_no_second_task(stack):
    stack.google.trouble.fail(Fault(503, kind="write", landed=True))
    assert lead(stack) == 1
    assert (len(stack.tasks()), stack.rows()) == (1, [[12, "Vikram", "NEW", 1]])


def test_a_deleted_row_breaks_no_other(stack):
    for row, number in enumerate((1, 2, 3), start=2):
        lead(stack, number, f"Lead {number}", row=row, seq=number)
    stack.google.person.delete_rows("Leads", 3)
    for task_id in (1, 2, 3):
        stack.patch(task_id, status="DONE")
    stack.settle()
    assert [row[2] for row in stack.rows()] == ["QUALIFIED", "QUALIFIED"]
    assert [row[0] for row in stack.rows()] == [1, 3]


def test_an_archived_task_breaks_no_other(stack):
    lead(stack, 1)
    lead(stack, 2, row=3, seq=2)
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    stack.patch(2, status="DONE")
    stack.settle()
    assert stack.cell("C3") == "QUALIFIED"
    assert stack.cell("C2") == "NEW"
    assert stack.changes(1)[0]["field"] == "archived"


def test_sixty_four_new_rows_one_by_one_all_end_linked_within_the_quota(stack):
    for n in range(1, 65):
        stack.edit(f"A{n + 1}:C{n + 1}", [n, f"Lead {n}", "NEW"])
        assert stack.deliver([n, f"Lead {n}", "NEW", None], first=n + 1, seq=n).status_code == 200
    stack.settle()
    assert all(row[3] for row in stack.rows())
    assert len({row[3] for row in stack.rows()}) == 64
    assert stack.google.calls.count(status=429) == 0


@pytest.mark.both
def test_both_sides_changed_at_once_one_wins_by_policy_and_the_other_is_in_the_history(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.edit("C2", ["CONTACTED"])
    told = stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2).json()["outcomes"][0]
    assert told["outcome"] == "conflict"
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")
    lost = [change for change in stack.changes(1) if change["state"] == "lost"]
    assert [(change["side"], change["field"], change["new"]) for change in lost] == [("task", "status", "QUALIFIED")]


def test_a_persons_edit_that_the_script_has_not_told_yet_is_not_overwritten_unseen(stack):
    lead(stack)
    stack.edit("B2", ["Vikram Rao"])
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"
    assert stack.task(1)["title"] == "Follow up: Vikram Rao"


def test_a_delivery_read_before_our_write_does_not_undo_the_patch(stack):
    """The person edits the name; the script reads the row; our write lands; only then does the delivery arrive."""
    lead(stack)
    stack.edit("B2", ["Vikram Rao"])
    stack.patch(1, status="DONE")
    stack.settle()
    stack.deliver([12, "Vikram Rao", "NEW", 1], seq=2, edited={"first": 2, "last": 2})
    stack.settle()
    assert (stack.task(1)["status"], stack.cell("C2")) == ("DONE", "QUALIFIED")


def test_a_lagging_read_is_waited_out_and_undoes_nothing(stack):
    lead(stack)
    stack.google.trouble.lag(60, lasting=3)
    stack.edit("C2", ["CONTACTED"])
    stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2, edited={"first": 3, "last": 3})
    with stack.runtime.writing() as session:
        ask_for_sweep(session, "leads", stack.runtime.now())
        session.commit()
    stack.settle()
    assert (stack.task(1)["status"], stack.cell("C2")) == ("IN_PROGRESS", "CONTACTED")
    assert [one["new"] for one in stack.changes(1) if one["field"] == "status"] == ["CONTACTED"]


def test_columns_may_move_and_be_renamed_within_their_aliases(stack):
    lead(stack)
    stack.edit("A1:D2", ["Task ID", "Stage", "Lead Name", "ID"], [1, "NEW", "Vikram", 12])
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("B2") == "QUALIFIED"


def test_a_missing_column_pauses_that_field_only(stack):
    lead(stack)
    stack.edit("C1", ["something else"])
    stack.patch(1, status="DONE")
    stack.edit("B2", ["Vikram Rao"])
    stack.settle()
    stack.deliver([12, "Vikram Rao", "NEW", 1], seq=2, header=["id", "name", "something else", "task_id"])
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["title"]) == ("NEW", "Follow up: Vikram Rao")
    stack.edit("C1", ["status"])
    body = f'{{"type":"all","seq":3,"spreadsheet":"{stack.google.book.id}","sheet_id":0}}'
    stack.post(body.encode())
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"


def test_a_formula_is_never_overwritten_and_the_history_says_so(stack):
    lead(stack)
    stack.google.book.tab("Leads").write(2, 3, [['=UPPER("new")']])
    stack.google.book.tab("Leads").set_result(2, 3, "NEW")
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.google.book.tab("Leads").formulas(2, 3)[0][0] == '=UPPER("new")'
    assert any(change["state"] == "refused" and "formula" in change["reason"] for change in stack.changes(1))


@pytest.mark.both
@pytest.mark.engine
def test_edits_and_patches_at_the_same_time_end_equal(stack):
    stack.edit("A2:C6", *([n, f"Lead {n}", "NEW"] for n in range(1, 6)))
    stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 6)))
    stack.settle()
    words, statuses = ["NEW", "CONTACTED", "QUALIFIED", "LOST"], ["TODO", "IN_PROGRESS", "DONE"]

    def patching():
        for i in range(40):
            stack.patch(i % 5 + 1, status=statuses[i % 3])

    thread = threading.Thread(target=patching)
    thread.start()
    for i in range(40):
        n = i % 5 + 1
        stack.edit(f"C{n + 1}", [words[i % 4]])
        stack.deliver([n, f"Lead {n}", words[i % 4], n], first=n + 1, seq=10 + i, edited={"first": 3, "last": 3})
    thread.join()
    stack.later(15)  # what waits for sure reads has waited
    stack.settle()
    meant = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    assert [meant[row[2]] for row in stack.rows()] == [task["status"] for task in stack.tasks()]
    assert len(stack.tasks()) == 5


def test_a_person_who_edits_while_our_write_is_under_way_is_heard(stack):
    lead(stack)

    def edit():
        stack.edit("C2", ["CONTACTED"])
        stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2, edited={"first": 3, "last": 3})

    stack.google.trouble.before_write(edit)
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")


def test_a_word_typed_while_ours_is_being_written_is_put_back_though_both_mean_the_same(stack):
    lead(stack)

    def edit():
        stack.edit("C2", ["LOST"])
        stack.deliver([12, "Vikram", "LOST", 1], seq=2, edited={"first": 3, "last": 3})

    stack.google.trouble.before_write(edit)
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("LOST", "DONE")


def test_a_patch_that_comes_while_its_task_is_being_written_is_written_next(stack):
    lead(stack)
    stack.google.trouble.before_write(lambda: stack.patch(1, status="IN_PROGRESS"))
    stack.patch(1, status="DONE")
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")


def test_a_reading_older_than_what_a_delivery_said_never_overrules_it(stack):
    lead(stack)
    with stack.runtime.writing() as session:
        job = Job(
            stack.runtime, "leads", acquire(session, "leads", stack.runtime.now(), stack.runtime.config.lease).token
        )
        session.commit()
    stack.edit("B2", ["Read before"])
    seen = look(job, [2])
    stack.edit("B2", ["Typed after"])
    stack.deliver([12, "Typed after", "NEW", 1], seq=2)
    stack.patch(1, status="DONE")
    flush(job, seen)
    assert stack.task(1)["title"] == "Follow up: Typed after"


def test_an_edit_of_the_sheet_owes_the_sheet_nothing(stack):
    lead(stack)
    stack.deliver([12, "Vikram Rao", "CONTACTED", 1], seq=2, edited={"first": 2, "last": 3})
    assert (stack.task(1)["status"], stack.pending()) == ("IN_PROGRESS", 0)


def test_notes_owner_and_due_are_picked_up_when_their_columns_are_there(stack):
    header = ["id", "name", "status", "task_id", "notes", "owner", "due"]
    stack.edit("A1:G1", header)
    stack.edit("A2:G2", ["12", "Vikram", "NEW", None, "met at the fair", "Ann", "2026-11-30"])
    stack.install()
    stack.settle()
    task = stack.task(1)
    assert (task["notes"], task["assignee"], task["due"]) == ("met at the fair", "Ann", "2026-11-30")
    stack.patch(1, notes="call on Monday", assignee=None, due="2026-12-01")
    tab = stack.google.book.tab("Leads")
    stack.settle()
    assert tab.shown(2, 5, 1, 2)[0] == ["call on Monday", ""]
    assert "2026-12-01" in tab.shown(2, 7)[0][0] or "01/12/2026" in tab.shown(2, 7)[0][0]
    stack.edit("E2", [""])
    stack.settle()
    assert stack.task(1)["notes"] == "Auto-created from Sheets"
    assert stack.task(1)["due"] == "2026-12-01"


def test_a_word_typed_in_the_moment_of_our_write_is_told_by_the_event_and_put_back(stack):
    """Google has no conditional write: ours lands on top, and only the edit event still knows what was typed."""
    lead(stack)
    stack.google.trouble.before_write(lambda: stack.edit("C2", ["LOST"]))
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    assert stack.cell("C2") == "CONTACTED"
    stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2, edited={"first": 3, "last": 3, "typed": "LOST"})
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("LOST", "DONE")
    assert [one["new"] for one in stack.changes(1) if one["side"] == "sheet" and one["field"] == "status"] == ["LOST"]


def test_a_misdirected_write_that_a_late_read_does_not_show_is_put_right_all_the_same(stack):
    stack.edit("A2:C4", [1, "Ann", "NEW"], [2, "Bob", "CONTACTED"], [3, "Cyd", "LOST"])
    stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "CONTACTED", None], [3, "Cyd", "LOST", None])
    stack.settle()

    def sort_and_lag():
        stack.google.person.sort("Leads!A2:D4", 1, ascending=False)
        stack.google.trouble.lag(60, lasting=1.5)

    stack.google.trouble.before_write(sort_and_lag)
    stack.patch(1, status="DONE")
    expected = [[3, "Cyd", "LOST", 3], [2, "Bob", "CONTACTED", 2], [1, "Ann", "QUALIFIED", 1]]
    stack.settle()
    assert [task["status"] for task in stack.tasks()] == ["DONE", "IN_PROGRESS", "DONE"]
    assert stack.rows() == expected


def test_a_misdirected_write_that_neither_echo_nor_a_late_read_shows_is_put_right(stack):
    stack.edit("A2:C4", [1, "Ann", "NEW"], [2, "Bob", "CONTACTED"], [3, "Cyd", "LOST"])
    stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "CONTACTED", None], [3, "Cyd", "LOST", None])
    stack.settle()
    stack.google.trouble.echo_skipped = False

    def lag_and_sort():
        stack.google.trouble.lag(60, lasting=1.5)
        stack.google.person.sort("Leads!A2:D4", 1, ascending=False)

    stack.google.trouble.before_write(lag_and_sort)
    stack.patch(1, status="DONE")
    expected = [[3, "Cyd", "LOST", 3], [2, "Bob", "CONTACTED", 2], [1, "Ann", "QUALIFIED", 1]]
    stack.settle()
    assert [task["status"] for task in stack.tasks()] == ["DONE", "IN_PROGRESS", "DONE"]
    assert stack.rows() == expected


def test_a_misdirected_write_in_an_empty_row_is_cleared(stack):
    stack.edit("A2:C3", [1, "Ann", "NEW"], [2, "Bob", "NEW"])
    stack.deliver([1, "Ann", "NEW", None], [2, "Bob", "NEW", None])
    stack.settle()
    stack.google.trouble.before_write(lambda: stack.google.person.insert_rows("Leads", 3))
    stack.patch(2, status="DONE")
    stack.settle()
    assert stack.rows() == [[1, "Ann", "NEW", 1], [2, "Bob", "QUALIFIED", 2]]
    assert stack.cell("C3") is None


def test_a_wish_for_a_sweep_outlives_one_that_began_before_it(stack):
    stack.settle()
    now = stack.runtime.now()
    with stack.runtime.writing() as session:
        queue = session.get_one(SheetQueue, "leads")
        ask_for_sweep(session, "leads", now)
        ask_for_sweep(session, "leads", now + timedelta(seconds=2))
        ask_for_sweep(session, "leads", now + timedelta(seconds=60))
        swept(queue, now + timedelta(seconds=1))
        assert queue.sweep_at == now + timedelta(seconds=2)
        swept(queue, now + timedelta(seconds=3))
        assert queue.sweep_at == now + timedelta(seconds=60)
        session.rollback()


def test_what_another_program_moves_and_rewrites_through_google_s_api_of_which_no_event_tells(stack):
    lead(stack)
    lead(stack, 13, "Maya", row=3, seq=2)
    program, book = stack.runtime.sheet("leads").google.http, stack.google.book.id
    move = {"source": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}, "destinationIndex": 9}
    program.batch_update(book, {"requests": [{"moveDimension": move}]})
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.rows() == [[13, "Maya", "NEW", 2], [12, "Vikram", "QUALIFIED", 1]]
    name = {"values": [{"userEnteredValue": {"stringValue": "Maya Lin"}}]}
    rename = {"start": {"rowIndex": 1, "columnIndex": 1}, "rows": [name], "fields": "userEnteredValue"}
    columns = {"source": move["source"] | {"dimension": "COLUMNS"}, "destinationIndex": 4}
    program.batch_update(book, {"requests": [{"updateCells": rename}, {"moveDimension": columns}]})
    stack.patch(1, status="IN_PROGRESS")
    stack.sweep()
    assert stack.rows() == [[13, "NEW", 2, "Maya Lin"], [12, "CONTACTED", 1, "Vikram"]]
    assert [task["title"] for task in stack.tasks()] == ["Follow up: Vikram", "Follow up: Maya Lin"]
