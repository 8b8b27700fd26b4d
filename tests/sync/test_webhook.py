"""Signed deliveries: what is taken, what is refused and why, and what a repeat gets."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bridge.core.signature import sign
from bridge.store.models import Delivery, Link, SheetHealth, SheetQueue
from tests.stack import SECRET

NEW = [12, "Vikram", "NEW", None]


def stored(stack):
    with stack.runtime.session() as session:
        return session.scalar(select(func.count()).select_from(Delivery))


def outcome(answer, row=0):
    return answer.json()["outcomes"][row]


def test_a_new_row_becomes_a_task(stack):
    assert outcome(stack.deliver(NEW)) == {"row": 2, "id": "12", "outcome": "task_created", "task_id": 1, "reasons": []}
    task = stack.task(1)
    told = (task["title"], task["status"], task["lead_id"], task["notes"])
    assert told == ("Follow up: Vikram", "TODO", "12", "Auto-created from Sheets")


def test_a_changed_status_moves_the_task_and_an_unchanged_row_moves_nothing(stack):
    stack.deliver(NEW)
    assert outcome(stack.deliver([12, "Vikram", "CONTACTED", None], seq=2))["outcome"] == "task_updated"
    assert stack.task(1)["status"] == "IN_PROGRESS"
    version = stack.task(1)["version"]
    assert outcome(stack.deliver([12, "Vikram", "CONTACTED", None], seq=3))["outcome"] == "unchanged"
    assert stack.task(1)["version"] == version


@pytest.mark.both
def test_a_redelivery_gets_the_first_reply_and_changes_nothing(stack):
    body = json.dumps({"type": "rows", "seq": 1, "spreadsheet": stack.google.book.id, "sheet_id": 0, "header": ["id", "name", "status"],
                       "rows": [{"row": 2, "cells": [1, "Ann", "NEW"], "shown": ["1", "Ann", "NEW"]}]}).encode()  # fmt: skip
    first = stack.post(body, "msg_same")
    again = stack.post(body, "msg_same")
    assert (again.status_code, again.json()) == (200, first.json())
    assert len(stack.tasks()) == 1


def test_an_older_edit_that_arrives_late_is_stale(stack):
    stack.deliver(NEW, seq=5)
    stack.deliver([12, "Vikram", "LOST", None], seq=7)
    assert outcome(stack.deliver([12, "Vikram", "CONTACTED", None], seq=6))["outcome"] == "stale"
    assert stack.task(1)["status"] == "DONE"


def test_a_hundred_rows_in_one_delivery_get_one_outcome_each(stack):
    answer = stack.deliver(*([n, f"Lead {n}", "NEW", None] for n in range(1, 101)))
    assert [o["outcome"] for o in answer.json()["outcomes"]] == ["task_created"] * 100
    assert [task["lead_id"] for task in stack.tasks()] == [str(n) for n in range(1, 101)]


def test_an_unknown_status_is_refused_with_the_allowed_ones_and_the_rest_of_the_row_is_taken(stack):
    stack.deliver(NEW)
    told = outcome(stack.deliver([12, "Vikram Rao", "WON", None], seq=2))
    assert told["outcome"] == "task_updated"
    assert told["reasons"] == ["status: status 'WON' is not known; use one of NEW, CONTACTED, QUALIFIED, LOST"]
    assert (stack.task(1)["title"], stack.task(1)["status"]) == ("Follow up: Vikram Rao", "TODO")


def test_a_bad_row_does_not_stop_the_good_ones(stack):
    answer = stack.deliver([None, "No id", "NEW", None], [7, "Good", "NEW", None], ["x" * 201, "Long", "NEW", None])
    assert [o["outcome"] for o in answer.json()["outcomes"]] == ["refused", "task_created", "refused"]
    assert "has no id" in answer.json()["outcomes"][0]["reasons"][0]


@pytest.mark.both
def test_two_rows_with_one_id_make_one_task_and_the_second_is_told_why(stack):
    answer = stack.deliver([7, "First", "NEW", None], [7, "Second", "NEW", None])
    assert [o["outcome"] for o in answer.json()["outcomes"]] == ["task_created", "refused"]
    assert "row 3 has the same id 7 as row 2" in answer.json()["outcomes"][1]["reasons"][0]
    assert len(stack.tasks()) == 1


def test_an_id_typed_into_another_row_does_not_take_the_lead_over(stack):
    stack.edit("A2:C2", NEW[:3])
    stack.deliver(NEW)
    stack.settle()
    stack.edit("A3:C3", [12, "Bob", "LOST"])
    told = outcome(stack.deliver([12, "Bob", "LOST", None], first=3, seq=2, edited={"first": 1, "last": 3}))
    assert told["outcome"] == "refused"
    assert "belongs to the lead in row 2" in told["reasons"][0]
    stack.settle()
    assert (stack.task(1)["title"], stack.task(1)["status"]) == ("Follow up: Vikram", "TODO")


def test_a_word_that_left_the_vocabulary_is_refused_and_the_rest_of_the_row_goes_on(stack):
    stack.deliver([12, "Vikram", "CONTACTED", None])
    with stack.runtime.writing() as session:
        link = session.scalars(select(Link)).one()
        link.base = link.base | {"status": "CALLED"}
        session.commit()
    told = outcome(stack.deliver([12, "Vikram Rao", "CALLED", None], seq=2))
    assert (told["outcome"], stack.task(1)["title"]) == ("task_updated", "Follow up: Vikram Rao")


def test_the_lead_of_a_linked_task_cannot_be_changed_through_the_api(stack):
    stack.deliver(NEW)
    answer = stack.patch(1, lead_id="99")
    assert (answer.status_code, stack.task(1)["lead_id"]) == (409, "12")
    assert "lead 12 of the sheet" in answer.json()["detail"]


def test_an_id_that_is_a_date_is_refused_by_both_channels(stack):
    stack.install()
    stack.edit("A2:C2", ["2026-01-01", "Dated", "NEW"])
    stack.settle()
    assert any("plain text" in toast.text for toast in stack.google.book.toasts)
    stack.settle()
    assert stack.tasks() == []


def test_twelve_and_twelve_point_zero_are_one_lead(stack):
    stack.deliver([12, "Vikram", "NEW", None])
    stack.deliver([12.0, "Vikram", "LOST", None], seq=2)
    assert [task["status"] for task in stack.tasks()] == ["DONE"]


def test_a_row_waits_for_its_name_before_it_gets_a_task(stack):
    told = outcome(stack.deliver([12, None, None, None]))
    assert (told["outcome"], stack.tasks()) == ("unchanged", [])
    assert "no name yet" in told["reasons"][0]
    assert outcome(stack.deliver([12, "Vikram", None, None], seq=2))["outcome"] == "task_created"


def test_a_task_id_of_another_lead_or_of_none_is_said_and_gets_a_task_of_its_own(stack):
    stack.edit("A2:D2", NEW)
    stack.deliver(NEW)
    stack.edit("A3:D4", [13, "Other", "NEW", 1], [14, "Nobody", "NEW", 99])
    told = stack.deliver([13, "Other", "NEW", 1], [14, "Nobody", "NEW", 99], seq=2, first=3).json()["outcomes"]
    stack.settle()  # whether row 3 is lead 12 under another id, only a look at the whole sheet can say
    assert sorted(task["lead_id"] for task in stack.tasks()) == ["12", "13", "14"]
    assert [row[3] for row in stack.rows()] == [1, 3, 2]
    assert told[1]["reasons"] == ["task_id 99 is not this lead's task; its task is 2"]


def test_the_row_of_an_archived_task_says_so_and_its_edit_arrives_when_the_task_is_back(stack):
    stack.edit("A2:D2", [12, "Vikram", "NEW", None])
    stack.deliver(NEW)
    stack.settle()
    assert stack.http.delete(f"{stack.url}/tasks/1", timeout=60).status_code == 204
    stack.edit("C2", ["CONTACTED"])
    told = outcome(stack.deliver([12, "Vikram", "CONTACTED", 1], seq=2))
    assert (told["outcome"], stack.task(1)["status"]) == ("refused", "TODO")
    assert "archived" in told["reasons"][0]
    assert stack.patch(1, archived=False).status_code == 200
    stack.settle()
    assert stack.task(1)["status"] == "DONE" or stack.task(1)["status"] == "IN_PROGRESS"


def test_a_waiting_task_of_the_same_lead_is_taken_up_instead_of_making_a_second(stack):
    stack.http.post(
        f"{stack.url}/tasks", json={"title": "Call Vikram", "lead_id": "12", "status": "IN_PROGRESS"}, timeout=60
    )
    told = outcome(stack.deliver([12, "Vikram", None, None]))
    assert (told["task_id"], len(stack.tasks())) == (1, 1)
    assert (stack.task(1)["title"], stack.task(1)["status"]) == ("Call Vikram", "IN_PROGRESS")


UNSIGNED = {
    "no signature": ({"webhook-signature": ""}, "signature_missing"),
    "another secret": ({"webhook-signature": sign("whsec_" + "B" * 43 + "=", "m", 0, b"")}, "signature_wrong"),
    "another time": ({"webhook-timestamp": str(int(time.time()) - 60)}, "signature_wrong"),
    "no time": ({"webhook-timestamp": "now"}, "timestamp_malformed"),
    "late": ({"late": 400}, "timestamp_off"),
    "no id": ({"webhook-id": ""}, "signature_missing"),
}


@pytest.mark.parametrize(("given", "code"), UNSIGNED.values(), ids=UNSIGNED)
def test_unsigned_or_late_is_401_with_a_code_and_nothing_is_stored(stack, given, code):
    answer = stack.post(b'{"type":"heartbeat"}', **given)
    assert (answer.status_code, answer.json()["code"], stored(stack)) == (401, code, 0)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_changed_on_the_way_is_401(stack):
    now = int(time.time())
    signed = sign(SECRET, "msg_1", now, b'{"type":"all"}')
    headers = {"webhook-timestamp": str(now), "webhook-signature": signed}
    assert stack.post(b'{"type":"ALL"}', "msg_1", **headers).status_code == 401


MALFORMED = {
    "not JSON": (b"hello", 422),
    "not an object": (b"[]", 422),
    "no type": (b"{}", 422),
    "an unknown type": (b'{"type":"dance"}', 422),
    "too large": (b'"' + b"x" * (2 * 1024 * 1024) + b'"', 413),
    "not UTF-8": (b'{"type":"\xff"}', 422),
}


@pytest.mark.parametrize(("body", "status"), MALFORMED.values(), ids=MALFORMED)
def test_a_wrong_shape_is_named_and_nothing_is_stored(stack, body, status):
    answer = stack.post(body)
    assert (answer.status_code, stored(stack)) == (status, 0)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"seq": "1"}, "seq"),
        ({"seq": 2**53}, "seq"),
        ({"rows": 3}, "rows"),
        ({"extra": 1}, "extra"),
        ({"rows": [{"row": 1}]}, "rows"),
    ],
    ids=str,
)
def test_a_wrong_field_is_named(stack, wrong, field):
    answer = stack.deliver(NEW, **wrong)
    assert answer.status_code == 422
    assert any(field in fault["field"] for fault in answer.json()["errors"])


def test_another_content_type_is_415(stack):
    assert stack.post(b"{}", **{"content-type": "text/plain"}).status_code == 415


def test_an_unknown_sheet_key_is_404(stack):
    stack.url += "/nowhere"
    assert stack.post(b"{}").status_code == 404


def test_a_copied_spreadsheet_cannot_speak_for_the_original(stack):
    answer = stack.deliver(NEW, spreadsheet="another-spreadsheet")
    assert (answer.status_code, stack.tasks()) == (422, [])


def test_a_header_without_an_id_column_is_said(stack):
    answer = stack.deliver(NEW, header=["number", "name", "status", "task_id"])
    assert answer.status_code == 422
    assert "id column" in answer.json()["detail"]


def test_a_gap_in_the_numbers_asks_for_a_sweep_that_finds_the_lost_row(stack):
    stack.deliver(NEW, seq=1)
    stack.edit("A2:C3", [12, "Vikram", "NEW"], [13, "Lost in the queue", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None], seq=3)
    stack.settle()
    assert [task["lead_id"] for task in stack.tasks()] == ["12", "13"]


def test_a_missing_number_asks_for_a_sweep_at_once_also_after_a_long_quiet(stack):
    stack.edit("A2:C2", NEW[:3])
    stack.deliver(NEW, seq=1)
    stack.settle()
    with stack.runtime.writing() as session:
        session.get(SheetHealth, "leads").heard_at = datetime.now(UTC) - timedelta(hours=1)
        session.commit()
    stack.deliver([12, "Vikram", "LOST", None], seq=2)
    with stack.runtime.session() as session:
        assert session.get(SheetQueue, "leads").sweep_at is None
    stack.deliver([12, "Vikram", "NEW", None], seq=4)
    with stack.runtime.session() as session:
        assert session.get(SheetQueue, "leads").sweep_at <= datetime.now(UTC)


def test_a_script_that_lost_count_asks_for_everything(stack):
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    body = json.dumps({"type": "all", "seq": 9, "spreadsheet": stack.google.book.id, "sheet_id": 0}).encode()
    assert stack.post(body).status_code == 200
    stack.settle()
    assert len(stack.tasks()) == 1


def test_the_reply_tells_the_script_which_columns_matter(stack):
    assert stack.deliver(NEW).json()["settings"] == {
        "columns": ["id", "name", "status", "task_id"],
        "missing": [],
        "id": "id",
        "assign_ids": False,
    }


def test_the_queue_remembers_when_it_was_heard(stack):
    stack.deliver(NEW, seq=4)
    with stack.runtime.session() as session:
        health = session.get(SheetHealth, "leads")
        assert (health.seq, health.heard_at is not None) == (4, True)


def test_a_delivery_from_another_tab_is_refused_and_its_rows_make_no_tasks(stack):
    stack.settle()  # the first look tells which tab is ours
    answer = stack.deliver([99, "Other", "NEW", None], sheet_id=55)
    assert (answer.status_code, "syncs the tab 'Leads'" in answer.json()["detail"]) == (422, True)
    assert stack.tasks() == []
    assert stack.deliver([1, "Ann", "NEW", None]).status_code == 200


def test_a_wrong_signature_waits_for_a_person_until_a_right_one_comes(stack):
    assert stack.post(b"{}", **{"webhook-signature": "v1,bm8="}).status_code == 401
    (need,) = (one for one in stack.get("/needs") if one["kind"] == "unsigned")
    assert "leadbridge connection" in need["why"]
    stack.deliver([1, "Ann", "NEW", None])
    assert [one for one in stack.get("/needs") if one["kind"] == "unsigned"] == []


def test_a_header_that_is_lost_waits_for_a_person_and_is_told_to_the_script(stack):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.deliver([1, "Ann", "NEW", None])
    stack.settle()
    stack.edit("C1", ["stat"])
    stack.patch(1, status="DONE")
    stack.settle()
    assert [one for one in stack.get("/needs") if one["kind"] == "header"]
    (need,) = (one for one in stack.get("/needs") if one["kind"] == "header")
    assert need["why"].startswith("the first row has no column 'status'")
    told = stack.deliver([1, "Ann", "NEW", 1], seq=2, header=["id", "name", "stat", "task_id"]).json()["problem"]
    assert told == need["why"]
    stack.edit("C1", ["status"])
    stack.sweep()
    assert [one for one in stack.get("/needs") if one["kind"] == "header"] == []
    assert stack.cell("C2") == "QUALIFIED"
