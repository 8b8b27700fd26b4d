"""Both sides changed one field: the policy decides, the loser is kept and can be taken instead; undo."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, update

from bridge.config.fields import COLUMNS
from bridge.core.mapping import SheetMapping
from bridge.store.models import Change


def with_policy(policy):
    from dataclasses import replace

    return SheetMapping(tuple(replace(column, policy=policy) for column in COLUMNS))


def clash(stack):
    """The task goes to DONE and the row to CONTACTED before either hears of the other."""
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None])
    stack.settle()
    stack.patch(1, status="DONE")
    stack.edit("C2", ["CONTACTED"])
    told = stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2, edited={"first": 3, "last": 3}).json()["outcomes"][0]
    stack.settle()
    return told


def open_conflicts(stack):
    return [need for need in stack.get("/needs") if need["kind"] == "conflict"]


POLICIES = [
    ("sheet", "CONTACTED", "IN_PROGRESS", "QUALIFIED"),
    ("task", "QUALIFIED", "DONE", "CONTACTED"),
    ("latest", "CONTACTED", "IN_PROGRESS", "QUALIFIED"),
]


@pytest.mark.parametrize(("policy", "word", "status", "lost"), POLICIES, ids=[row[0] for row in POLICIES])
def test_the_policy_decides_and_the_other_value_can_be_taken_instead(running, policy, word, status, lost):
    stack = running(mapping=with_policy(policy))
    assert clash(stack)["outcome"] == "conflict"
    assert (stack.cell("C2"), stack.task(1)["status"]) == (word, status)
    (conflict,) = open_conflicts(stack)
    assert (conflict["lead_id"], conflict["row"], conflict["field"], conflict["value"]) == ("12", 2, "status", lost)
    assert stack.post_to(f"/changes/{conflict['id']}/take").status_code == 200
    stack.settle()
    assert stack.cell("C2") == lost
    assert stack.task(1)["status"] == {"QUALIFIED": "DONE", "CONTACTED": "IN_PROGRESS"}[lost]
    assert open_conflicts(stack) == []


def test_a_conflict_is_closed_when_the_field_changes_again(stack):
    clash(stack)
    stack.patch(1, status="TODO")
    stack.settle()
    assert open_conflicts(stack) == []


def test_a_value_is_taken_only_once_and_only_when_it_was_lost(stack):
    clash(stack)
    (conflict,) = open_conflicts(stack)
    assert stack.post_to(f"/changes/{conflict['id']}/take").status_code == 200
    again = stack.post_to(f"/changes/{conflict['id']}/take")
    assert (again.status_code, again.json()["detail"]) == (
        409, f"change {conflict['id']} is taken: only a value that a conflict lost can be taken",
    )  # fmt: skip


def lead(stack):
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None])
    stack.settle()


def newest(stack, field):
    return next(one for one in stack.changes(1) if one["field"] == field)


def undo(stack, change, **query):
    return stack.http.post(f"{stack.url}/changes/{change['id']}/undo", params=query, timeout=60)


def test_a_patch_is_undone_on_both_sides(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.settle()
    assert undo(stack, newest(stack, "status")).status_code == 200
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("NEW", "TODO")
    assert (newest(stack, "status")["rule"], newest(stack, "status")["state"]) == ("undo", "applied")


def test_a_patch_taken_back_before_it_was_written_never_reached_the_sheet_and_is_undone_too(stack):
    lead(stack)
    for status in "DONE", "TODO":
        stack.patch(1, status=status)
    told = [(one["old"], one["new"], one["state"]) for one in stack.changes(1) if one["field"] == "status"]
    assert told[:2] == [("QUALIFIED", "NEW", "applied"), ("NEW", "QUALIFIED", "superseded")]
    stack.settle()
    assert undo(stack, newest(stack, "status")).status_code == 200
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("QUALIFIED", "DONE")


def test_a_word_that_has_left_the_vocabulary_is_not_put_back_and_the_person_is_told(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.settle()
    change = newest(stack, "status")
    with stack.runtime.writing() as session:
        session.execute(update(Change).where(Change.id == change["id"]).values(old="AGREED"))
        session.commit()
    answer = undo(stack, change)
    assert (answer.status_code, "'AGREED' is not among" in answer.json()["detail"]) == (409, True)


def test_an_edit_in_the_sheet_is_undone_on_both_sides(stack):
    lead(stack)
    stack.edit("B2:C2", ["Somebody else", "LOST"])
    stack.deliver([12, "Somebody else", "LOST", 1], seq=2, edited={"first": 2, "last": 3})
    assert undo(stack, newest(stack, "name")).status_code == 200
    assert undo(stack, newest(stack, "status")).status_code == 200
    stack.settle()
    assert stack.rows() == [[12, "Vikram", "NEW", 1]]
    assert (stack.task(1)["title"], stack.task(1)["status"]) == ("Follow up: Vikram", "TODO")


def test_a_word_that_means_the_same_status_is_undone_too(stack):
    lead(stack)
    for seq, word in enumerate(("QUALIFIED", "LOST"), 2):
        stack.edit("C2", [word])
        stack.deliver([12, "Vikram", word, 1], seq=seq, edited={"first": 3, "last": 3})
    undo(stack, newest(stack, "status"))
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("QUALIFIED", "DONE")


def test_an_undo_can_be_undone(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.settle()
    undo(stack, newest(stack, "status"))
    stack.settle()
    assert undo(stack, newest(stack, "status")).status_code == 200
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("QUALIFIED", "DONE")


def test_what_has_changed_since_is_not_undone_unless_forced(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.settle()
    first = newest(stack, "status")
    stack.patch(1, status="IN_PROGRESS")
    stack.settle()
    refused = undo(stack, first)
    assert refused.status_code == 409
    assert refused.json()["code"] == "changed_since"
    assert "has changed since" in refused.json()["detail"]
    assert stack.task(1)["status"] == "IN_PROGRESS"
    assert undo(stack, first, force="true").status_code == 200
    stack.settle()
    assert (stack.cell("C2"), stack.task(1)["status"]) == ("NEW", "TODO")


def test_an_undo_that_a_person_overtakes_is_a_conflict_like_any_other(stack):
    lead(stack)
    stack.patch(1, notes="x", status="DONE")
    stack.settle()
    stack.google.trouble.before_write(lambda: stack.edit("C2", ["LOST"]))
    undo(stack, newest(stack, "status"))
    stack.sweep()
    shown, kept = stack.cell("C2"), stack.task(1)["status"]
    assert (shown, kept) in {("LOST", "DONE"), ("NEW", "TODO")}
    assert stack.quiet()


@pytest.mark.parametrize("field", ["task"])
def test_what_made_the_task_is_not_undone_but_says_what_to_do(stack, field):
    lead(stack)
    refused = undo(stack, newest(stack, field))
    assert (refused.status_code, "archive the task instead" in refused.json()["detail"]) == (409, True)


def test_a_change_that_is_not_there_is_404(stack):
    assert stack.post_to("/changes/999/undo").status_code == 404
    assert stack.post_to("/changes/999/take").status_code == 404


@pytest.mark.both
def test_the_history_of_all_leads_comes_filtered_and_in_pages(stack):
    for n in range(1, 4):
        stack.edit(f"A{n + 1}:C{n + 1}", [n, f"Lead {n}", "NEW"])
        stack.deliver([n, f"Lead {n}", "NEW", None], first=n + 1, seq=n)
    stack.settle()
    stack.patch(2, status="DONE")
    stack.settle()
    every = stack.get("/changes", limit=1000)
    assert [one["id"] for one in every] == sorted((one["id"] for one in every), reverse=True)
    assert {one["lead_id"] for one in stack.get("/changes", lead_id="2")} == {"2"}
    assert [one["new"] for one in stack.get("/changes", field="status", task_id=2, state="applied")] == ["QUALIFIED"]
    assert stack.get("/changes", since="2100-01-01T00:00:00Z") == []
    pages, url = [], f"{stack.url}/changes?limit=2"
    while url:
        answer = stack.http.get(url, timeout=60)
        pages += answer.json()
        url = answer.links.get("next", {}).get("url")
    assert pages == every


def pages_of(stack, **query):
    """The ids that each page holds."""
    pages, answer = [], stack.http.get(f"{stack.url}/changes", params=query, timeout=60)
    while True:
        pages.append([one["id"] for one in answer.json()])
        if "next" not in answer.links:
            return pages
        answer = stack.http.get(answer.links["next"]["url"], timeout=60)


def test_a_page_looks_through_a_bounded_piece_of_the_history_and_nothing_is_missed(stack):
    lead(stack)
    now = datetime.now(UTC)
    with stack.runtime.writing() as session:
        first = session.scalar(select(func.max(Change.id))) + 1
        session.execute(insert(Change), [
            {"id": first + n, "at": now + timedelta(seconds=n), "actor": "token:zed" if n in {0, 30_000} else "token:ada",
             "side": "task", "link_id": 1, "task_id": 1, "field": "notes", "old": n, "new": n + 1, "state": "applied"}
            for n in range(50_000)
        ])  # fmt: skip
        session.commit()
    assert pages_of(stack, who="ZED") == [[first + 30_000], [], [first]]
    assert pages_of(stack, who="zed", since=(now + timedelta(seconds=29_999)).isoformat()) == [[first + 30_000], []]
    assert pages_of(stack, who="zed", before=2**62)[0] == pages_of(stack, who="zed")[0]
    assert pages_of(stack, who="zed", task_id=1) == [[first + 30_000, first]]
    assert pages_of(stack, who="zed", lead_id="12") == [[first + 30_000, first]]
    assert pages_of(stack, who="nobody")[-1] == []


def test_a_change_answers_why_a_cell_changed(stack):
    lead(stack)
    stack.patch(1, status="DONE")
    stack.settle()
    why = newest(stack, "status")
    assert {name: why[name] for name in ("actor", "side", "sheet", "lead_id", "old", "new", "rule", "state")} == {
        "actor": "token:local", "side": "task", "sheet": "leads", "lead_id": "12", "old": "NEW", "new": "QUALIFIED",
        "rule": "the task changed", "state": "applied",
    }  # fmt: skip
    assert 0 <= why["seconds"] < 10
    stack.edit("C2", ["LOST"])
    stack.deliver([12, "Vikram", "LOST", 1], seq=2, edited={"first": 3, "last": 3})
    assert newest(stack, "status")["delivery"].startswith("msg_")


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"side": "both"}, {"since": "yesterday"}, {"nonsense": 1}, {"task_id": 2**70}]
)
def test_a_query_nobody_can_mean_is_refused_by_name(stack, query):
    answer = stack.http.get(f"{stack.url}/changes", params=query, timeout=60)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_a_token_that_may_only_read_undoes_nothing(stack):
    from task_api import tokens

    lead(stack)
    with stack.runtime.writing() as session:
        reader = tokens.issue(session, "reader", ["tasks:read"])
        session.commit()
    stack.http.headers["Authorization"] = f"Bearer {reader}"
    assert stack.post_to("/changes/1/undo").status_code == 403
    assert stack.post_to("/sheets/leads/approve").status_code == 403
    assert stack.post_to("/dead-letters/retry").status_code == 403


def test_a_sheet_that_is_not_there_cannot_be_approved(stack):
    answer = stack.post_to("/sheets/nowhere/approve")
    assert (answer.status_code, "there is leads" in answer.json()["detail"]) == (404, True)
