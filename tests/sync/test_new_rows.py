"""Rows from tasks: a task made by the API gets a row, once, whatever happens on the way."""

import pytest

from bridge.local_google.api.trouble import Fault
from bridge.store.models import Link
from bridge.worker.job import Job
from bridge.worker.sweep import sweep


@pytest.fixture
def stack(running):
    return running(create_rows=True, header=["id", "name", "status", "task_id", "notes", "due", "sync"])


def post(stack, **fields):
    answer = stack.post_to("/tasks", **({"title": "Follow up: Zoë"} | fields))
    assert answer.status_code == 201, answer.text
    return answer.json()


def row(stack, number):
    values = stack.google.book.tab("Leads").values(number, 1, 1, 7)[0]
    return [
        value.day.isoformat() if hasattr(value, "day") and hasattr(value.day, "isoformat") else value
        for value in values
    ]


def test_a_task_without_a_lead_gets_a_row_and_a_lead_id(stack):
    made = post(stack, status="IN_PROGRESS", notes="ring twice")
    assert made["lead_id"] == "T-1"
    stack.settle()
    assert row(stack, 2)[:5] == ["T-1", "Zoë", "CONTACTED", 1, "ring twice"]
    assert stack.cell("G2") == "ok"


def test_a_task_with_a_lead_id_gets_a_row_with_it(stack):
    post(stack, lead_id="L-7")
    stack.settle()
    assert row(stack, 2)[:4] == ["L-7", "Zoë", "NEW", 1]


def test_a_task_gets_another_id_than_rows_that_are_there(stack):
    stack.edit("A2:C3", ["T-2", "Ann", "NEW"], ["T-3"])
    stack.sweep()
    assert [post(stack)["lead_id"] for _ in range(2)] == ["T-2-2", "T-3-2"]
    stack.settle()
    assert [row(stack, n)[0] for n in (2, 3, 4, 5)] == ["T-2", "T-2-2", "T-3-2", "T-3"]


def test_the_etag_of_the_new_task_is_its_own(stack):
    answer = stack.post_to("/tasks", title="Follow up: Zoë")
    again = stack.http.patch(
        f"{stack.url}/tasks/1", json={"status": "DONE"}, headers={"If-Match": answer.headers["ETag"]}, timeout=60
    )
    assert again.status_code == 200


def test_a_task_that_gets_its_row_later_changes_like_any_other(running):
    stack = running()
    before = stack.post_to("/tasks", title="Follow up: Zoë")
    rows_from_now_on(stack)
    kept = {"If-None-Match": before.headers["ETag"]}
    after = stack.http.get(f"{stack.url}/tasks/1", headers=kept, timeout=60)
    assert (after.status_code, after.json()["lead_id"]) == (200, "T-1")
    assert after.json()["updated_at"] > before.json()["updated_at"]


@pytest.mark.parametrize("first", ["a row", "a task"])
@pytest.mark.both
def test_of_tasks_that_bear_one_lead_id_one_has_the_row_and_the_other_holds_nobody_up(running, first):
    stack = running()
    for title in "AB":
        post(stack, title=title, lead_id="X")
    post(stack, title="Follow up: Cyd")
    if first == "a row":
        stack.edit("A2:D2", ["X", "Ann", "NEW", 2])
        stack.sweep()
    rows_from_now_on(stack)
    assert sorted(row[3] for row in stack.rows()) == [1 + (first == "a row"), 3]
    assert stack.get("/status")[0]["problem"] is None
    job = Job(stack.runtime, "leads")
    assert "of the sheet has task" in sweep.preview(job).steps[0].reasons[0]


def rows_from_now_on(stack):
    """`create_rows` is turned on while tasks without rows are there."""
    stack.stop_bridge()
    stack._sheets["leads"] |= {"create_rows": True}
    stack.start_bridge()
    stack.settle()


def test_a_due_date_becomes_a_date_in_the_sheet(stack):
    post(stack, due="2026-12-24")
    stack.settle()
    assert stack.google.book.tab("Leads").shown(2, 6)[0][0] in {"12/24/2026", "24/12/2026"}
    stack.sweep()
    assert stack.task(1)["due"] == "2026-12-24"


def test_the_new_row_is_synced_both_ways_from_then_on(stack):
    post(stack)
    stack.settle()
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"
    stack.edit("C2", ["LOST"])
    stack.sweep()
    stack.edit("B2", ["Zoë Q"])
    stack.sweep()
    assert stack.task(1)["title"] == "Follow up: Zoë Q"


def test_a_title_of_another_form_becomes_the_name(stack):
    post(stack, title="Send the offer")
    stack.settle()
    assert stack.cell("B2") == "Send the offer"
    stack.sweep()
    assert stack.task(1)["title"] == "Send the offer"


@pytest.mark.parametrize("answer", [503, "drop", 500])
def test_an_append_that_landed_without_an_answer_is_not_repeated(stack, answer):
    stack.google.trouble.fail(Fault(answer, kind="write", landed=True))
    post(stack)
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["T-1"]
    stack.patch(1, status="DONE")
    stack.settle()
    assert stack.cell("C2") == "QUALIFIED"


def test_an_append_that_did_not_land_is_repeated(stack):
    stack.google.trouble.fail(Fault(503, kind="write"))
    post(stack)
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["T-1"]


def test_an_append_that_a_late_read_does_not_show_is_not_repeated(stack):
    stack.google.trouble.lag(60, lasting=4)
    post(stack)
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["T-1"]


def test_an_append_without_an_answer_that_a_late_read_does_not_show_is_not_repeated(stack):
    stack.google.trouble.fail(Fault(503, kind="write", landed=True))
    stack.google.trouble.lag(60, lasting=4)
    post(stack)
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["T-1"]


def test_a_bridge_that_dies_right_after_the_append_does_not_repeat_it(stack):
    stack.google.trouble.fail(Fault("drop", kind="write", landed=True))
    post(stack)
    stack.drain()
    stack.stop_bridge()
    stack.start_bridge()
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["T-1"]


def test_a_row_that_is_there_already_is_taken_not_doubled(stack):
    stack.edit("A2:C2", ["L-7", "Zoë", "LOST"])
    post(stack, lead_id="L-7")
    stack.settle()
    assert [one[:3] for one in stack.rows()] == [["L-7", "Zoë", "LOST"]]
    assert len(stack.tasks()) == 1


@pytest.mark.both
def test_a_second_task_for_the_same_lead_is_refused_and_named(stack):
    post(stack, lead_id="L-7")
    again = stack.post_to("/tasks", title="again", lead_id="L-7")
    assert (again.status_code, "has task 1 already" in again.json()["detail"]) == (409, True)
    stack.settle()
    assert [one[0] for one in stack.rows()] == ["L-7"]
    assert len(stack.tasks()) == 1


@pytest.mark.parametrize("lead_id", ["12.0", "007.0"])
def test_a_lead_id_that_a_cell_would_not_keep_is_refused(stack, lead_id):
    answer = stack.post_to("/tasks", title="x", lead_id=lead_id)
    assert answer.status_code == 422
    stack.settle()
    assert (stack.rows(), stack.tasks()) == ([], [])


@pytest.mark.parametrize("known", [False, True])
def test_a_row_that_names_a_task_whose_row_is_yet_to_be_made_is_a_lead_of_its_own(stack, known):
    """Such a number is of another bridge, or of another sheet: nobody can have edited an id that stood nowhere."""
    if known:
        stack.edit("A2:C2", ["L0", "Bob", "NEW"])
        stack.sweep()
    mine = post(stack, notes="of Zoë")
    stack.edit("A3:D3", ["L9", "Ann", "NEW", mine["id"]])
    stack.sweep()
    stack.later(60)
    stack.sweep()
    tasks = {task["lead_id"]: (task["title"], task["notes"]) for task in stack.tasks() if task["lead_id"] != "L0"}
    assert tasks == {
        "L9": ("Follow up: Ann", "Auto-created from Sheets"),
        f"T-{mine['id']}": ("Follow up: Zoë", "of Zoë"),
    }


def test_a_very_long_title_makes_a_name_that_a_row_may_have(stack):
    post(stack, title="x" * 500)
    stack.settle()
    assert (stack.cell("B2"), stack.cell("G2")) == ("x" * 489, "ok")


def test_many_tasks_at_once_cost_few_calls(stack):
    before = stack.calls()
    for n in range(40):
        post(stack, title=f"Follow up: Lead {n}")
    stack.settle()
    assert sorted(one[1] for one in stack.rows()) == sorted(f"Lead {n}" for n in range(40))
    with stack.runtime.session() as session:
        assert session.query(Link).filter(Link.row_pending).count() == 0
    _reads, writes = stack.calls()
    assert writes - before[1] <= 20


def test_text_that_looks_like_a_formula_stays_text(stack):
    post(stack, title="Follow up: =1+1", notes="+49 30 1234")
    stack.settle()
    assert (stack.cell("B2"), stack.cell("E2")) == ("=1+1", "+49 30 1234")
    assert stack.google.book.tab("Leads").formulas(2, 2)[0][0] == ""


def test_a_task_archived_before_its_row_was_made_gets_none(stack):
    post(stack)
    stack.http.delete(f"{stack.url}/tasks/1", timeout=60)
    stack.settle()
    assert stack.rows() == []


def test_without_create_rows_a_task_gets_no_row(running):
    stack = running()
    stack.post_to("/tasks", title="Follow up: Zoë")
    stack.sweep()
    assert stack.rows() == []


def test_what_a_person_does_to_a_row_that_has_just_been_appended_is_an_edit_and_no_conflict(stack):
    sheet = stack.runtime.sheet("leads")
    real = sheet.append

    def append(rows):
        real(rows)
        stack.edit("C2", ["LOST"])

    sheet.append = append
    post(stack)
    stack.settle()
    assert (stack.task(1)["status"], stack.cell("C2"), stack.cell("G2")) == ("DONE", "LOST", "ok")
    stack.edit("C2", ["NEW"])
    stack.sweep()
    assert (stack.task(1)["status"], stack.cell("C2")) == ("TODO", "NEW")


@pytest.mark.both
def test_what_is_said_of_a_row_ends_with_the_delivery_that_mends_it(stack):
    stack.settle()
    stack.edit("A2:C2", ["", "Ann", "NEW"])
    stack.sweep()
    assert [need["row"] for need in stack.get("/needs") if need["kind"] == "row"] == [2]
    stack.edit("A2", [7])
    stack.deliver([7, "Ann", "NEW", None], seq=3, edited={"first": 1, "last": 1})
    assert [need["row"] for need in stack.get("/needs") if need["kind"] == "row"] == []
