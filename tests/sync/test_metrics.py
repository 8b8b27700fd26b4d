"""Metrics: what a sheet has pending, and counters of deliveries, rows, calls and times."""

import itertools
import json
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event, insert

from bridge.config.model import Config
from bridge.local_google.api.trouble import Fault
from bridge.reports.quota_usage import quota_left
from bridge.store.models import ApiCall, Change, Delivery


def samples(stack):
    """name and labels, but the sheet's → value, as Prometheus' own parser reads them."""
    text = stack.http.get(f"{stack.url}/metrics", timeout=60).text
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["sheet"] for one in found} == {"leads"}
    return {(one.name, *(word for name, word in one.labels.items() if name != "sheet")): one.value for one in found}


def grown(stack, before):
    """What a counter has gained, for each that has."""
    now = samples(stack)
    kinds = ("_total", "_bucket", "_count")
    return {
        (key[0].removeprefix("leadbridge_"), *key[1:]): value - before[key]
        for key, value in now.items()
        if key[0].endswith(kinds) and value != before[key]
    }


@pytest.mark.both
def test_a_delivery_is_counted_once_however_often_it_comes_and_its_rows_by_outcome(stack):
    before = samples(stack)
    body = json.dumps({"type": "rows", "seq": 1, "spreadsheet": stack.google.book.id, "sheet_id": 0,
                       "header": ["id", "name", "status", "task_id"],
                       "rows": [{"row": 2, "cells": [1, "Ann", "NEW", ""], "shown": ["1", "Ann", "NEW", ""]},
                                {"row": 3, "cells": ["", "Bob", "NEW", ""], "shown": ["", "Bob", "NEW", ""]}]})  # fmt: skip
    for _ in range(3):
        assert stack.post(body.encode(), "msg_1").status_code == 200
    assert stack.post(b"{}").status_code == 422
    assert stack.post(b"{}", **{"webhook-signature": "v1,AAAA"}).status_code == 401
    gained = {key: value for key, value in grown(stack, before).items() if key[0].startswith("deliver")}
    assert gained == {
        ("deliveries_total", "taken"): 1, ("deliveries_total", "repeated"): 2, ("deliveries_total", "refused"): 1,
        ("delivered_rows_total", "task_created"): 1, ("delivered_rows_total", "refused"): 1,
    }  # fmt: skip
    assert samples(stack)["leadbridge_last_unsigned_timestamp_seconds",] > time.time() - 60


@pytest.mark.parametrize(("ago", "bucket"), [(-5, "0.05"), (0.55, "1.0"), (3, "5.0"), (100, "+Inf")])
def test_an_edit_is_timed_from_when_the_script_heard_of_it(stack, ago, bucket):
    before, moment = samples(stack), datetime.now(UTC)
    stack.runtime.now = lambda: moment
    edited = {"first": 1, "last": 3, "at": int((moment.timestamp() - ago) * 1000)}
    stack.deliver([1, "Ann", "NEW", None], edited=edited)
    gained = {key[1] for key in grown(stack, before) if key[0] == "edit_to_task_seconds_bucket"}
    bounds = ["0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "5.0", "10.0", "30.0", "60.0", "+Inf"]
    assert gained == set(bounds[bounds.index(bucket) :])
    assert samples(stack)["leadbridge_edit_to_task_seconds_sum",] == pytest.approx(max(0, ago), abs=0.01)
    stack.deliver([1, "Ann", "NEW", None], seq=2, edited=edited)  # no task heard of anything
    assert samples(stack)["leadbridge_edit_to_task_seconds_count",] == 1


def test_the_sheets_own_script_says_when_an_edit_was(stack):
    stack.install()
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.settle()
    told = samples(stack)
    assert told["leadbridge_edit_to_task_seconds_count",] == 1
    assert 0 < told["leadbridge_edit_to_task_seconds_sum",] < 5


@pytest.mark.both
def test_a_tasks_change_is_timed_until_its_cell_has_it_as_the_history_says(linked):
    before = samples(linked)
    linked.patch(1, status="DONE")
    linked.settle()
    (took,) = [one["seconds"] for one in linked.changes(1) if one["side"] == "task"]
    told = samples(linked)
    assert grown(linked, before)["task_to_cell_seconds_count",] == 1
    assert told["leadbridge_task_to_cell_seconds_sum",] == pytest.approx(took, abs=1e-6)
    assert told["leadbridge_lag_p95_seconds",] == pytest.approx(took, abs=1e-6)
    assert told["leadbridge_lag_seconds",] == 0


RESULTS = {
    "well": (None, "ok"),
    "too many": (Fault(429), "429"),
    "not allowed": (Fault(403), "4xx"),
    "in trouble": (Fault(503), "5xx"),
    "in trouble, in HTML": (Fault(502), "5xx"),
    "hanging up": (Fault("drop"), "failed"),
}


@pytest.mark.parametrize(("fault", "result"), RESULTS.values(), ids=RESULTS)
def test_a_call_is_counted_by_what_google_answers(linked, fault, result):
    before = samples(linked)
    if fault:
        linked.google.trouble.fail(fault)
    linked.patch(1, status="DONE")
    linked.drain()
    assert grown(linked, before)["api_calls_total", "read", result] == 1


def test_a_call_without_an_answer_is_a_timeout(linked):
    before, answering, google = samples(linked), threading.Event(), linked.witness

    def late(environ, start_response):
        answering.wait(20)
        return google(environ, start_response)

    linked.runtime.sheet("leads").google.http.set_timeout((5.0, 0.1))
    linked.witness = late
    linked.patch(1, status="DONE")
    linked.drain()
    linked.witness = google
    answering.set()
    assert grown(linked, before)["api_calls_total", "read", "timeout"] == 1


def test_what_is_left_of_the_minutes_budget_is_what_google_has_left(linked):
    reads, writes = linked.calls()
    told = samples(linked)
    spent = told["leadbridge_api_calls_last_minute", "read"], told["leadbridge_api_calls_last_minute", "write"]
    assert spent == (reads, writes)
    assert told["leadbridge_quota_left", "read"] == 60 - reads
    assert told["leadbridge_quota_left", "write"] == 60 - writes


def test_sheets_of_one_account_share_its_budget_and_those_of_another_have_their_own(tmp_path):
    keys = [tmp_path / f"key{n}.json" for n in (1, 2)]
    for key in keys:
        key.write_text(json.dumps({"client_email": f"{key.stem}@example.com"}))
    config = Config(tmp_path, {}, credentials=(keys[0], keys[1]))
    mine = [name for name in "abcdefghijklmnop" if config.key_file(name) == keys[0]][:2]
    other = next(name for name in "abcdefghijklmnop" if config.key_file(name) == keys[1])
    calls = dict(zip((*mine, other), (20, 50, 7), strict=True))
    made = {key: [ApiCall(sheet=key, kind="read", purpose="look")] * count for key, count in calls.items()}
    free = quota_left(config, made)
    assert [free[key]["read"] for key in calls] == [0, 0, 53]
    assert {one["write"] for one in free.values()} == {60}


def test_every_count_goes_on_after_a_restart(linked):
    linked.patch(1, status="DONE")
    linked.settle()
    before = samples(linked)
    linked.stop_bridge()
    linked.start_bridge()
    linked.settle()
    assert set(grown(linked, before)) == {("api_calls_total", "read", "ok")}  # the first sweep of the new process
    linked.patch(1, status="TODO")
    linked.settle()
    assert grown(linked, before)["task_to_cell_seconds_count",] == 1


def test_before_anything_happened_every_counter_is_there_at_0(stack):
    told = {key: value for key, value in samples(stack).items() if key[0].endswith(("_total", "_bucket", "_count"))}
    assert {value for key, value in told.items() if key[1:] != ("read", "ok")} == {0}
    assert len([key for key in told if key[0] == "leadbridge_api_calls_total"]) == 12


def steps(stack, path):
    """How many hundred instructions SQLite runs for an answer."""
    counted = itertools.count()
    count = lambda *_: next(counted) * 0  # 0: go on  # noqa: E731

    def watch(connection, *_):
        connection.set_progress_handler(count, 100)

    def unwatch(connection, *_):
        connection.set_progress_handler(None, 0)

    event.listen(stack.runtime.database, "checkout", watch)
    event.listen(stack.runtime.database, "checkin", unwatch)
    try:
        assert stack.http.get(stack.url + path, timeout=60).status_code == 200
    finally:
        event.remove(stack.runtime.database, "checkout", watch)
        event.remove(stack.runtime.database, "checkin", unwatch)
    return next(counted)


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("path", "link"),
    [("/metrics", 1), ("/status", 1), ("/needs", 1), ("/changes?who=nobody", 1), ("/changes?lead_id=12&limit=5", None)],
)
def test_an_answer_costs_the_same_however_long_the_history_is(linked, path, link, monkeypatch):
    monkeypatch.setattr("bridge.api.changes.SEARCHED", 500)

    def grow(by):
        now, number = datetime.now(UTC), next(numbers)
        with linked.runtime.writing() as session:
            session.execute(insert(Change), [
                {"at": now, "actor": "token:ada", "side": "task", "link_id": link, "task_id": link, "field": "notes", "old": 1,
                 "new": 2, "state": "applied", "reached_at": now + timedelta(seconds=1)} for _ in range(by)
            ])  # fmt: skip
            session.execute(insert(Delivery), [
                {"id": f"msg_{number}_{n}", "sheet": "leads", "seq": n, "received_at": now, "reply": {}} for n in range(by)
            ])  # fmt: skip
            session.commit()

    numbers = itertools.count()
    grow(1_000)
    short = steps(linked, path)
    grow(10_000)
    assert steps(linked, path) <= 1.2 * short + 5


def test_metrics_show_what_a_sheet_has_pending_and_whether_it_is_without_contact(stack):
    stack.install()
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "WON"])
    stack.sweep()
    read = samples(stack)
    assert [read[f"leadbridge_{name}",] for name in ("silent", "pending", "refused")] == [0, 0, 1]
    assert read["leadbridge_last_heard_timestamp_seconds",] > 1.7e9
    stack.later(20 * 60)
    assert samples(stack)["leadbridge_silent",] == 1


def test_metrics_ask_for_a_token(stack):
    stack.http.headers.pop("Authorization")
    assert stack.http.get(f"{stack.url}/metrics", timeout=60).status_code == 401
