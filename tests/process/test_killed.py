"""Killed at any instruction, the bridge loses no change and doubles none."""

import itertools
import json
import random
import threading
import time
import uuid

import pytest
import requests

from bridge.core.signature import sign
from bridge.local_google.api.quota import Limits
from tests.process.process import Process, until_equal
from tests.stack import SECRET

MEANT = {"NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}


@pytest.fixture
def process(tmp_path):
    with Process(tmp_path) as running:
        yield running


def deliver(process, rows, seq, edited=None, attempts=400):
    """Deliver as the sheet's script does: read the rows, sign, post; and again until it is acknowledged."""
    for _ in range(attempts):
        values = [process.google.book.tab("Leads").values(row, 1, 1, 4)[0] for row in rows]
        cells = [["" if value is None else value for value in row] for row in values]
        message = {
            "type": "rows", "seq": next(seq), "spreadsheet": process.google.book.id, "sheet_id": 0, "header": ["id", "name", "status", "task_id"],
            "rows": [{"row": n, "cells": c, "shown": [str(v) for v in c]} for n, c in zip(rows, cells, strict=True)],
        } | ({"edited": edited} if edited else {})  # fmt: skip
        body, message_id, now = json.dumps(message).encode(), f"msg_{uuid.uuid4()}", int(time.time())
        headers = {"content-type": "application/json", "webhook-id": message_id, "webhook-timestamp": str(now),
                   "webhook-signature": sign(SECRET, message_id, now, body)}  # fmt: skip
        try:
            if (
                requests.post(f"{process.url}/hooks/sheets/leads", data=body, headers=headers, timeout=60).status_code
                == 200
            ):
                return
        except requests.RequestException:
            pass
        time.sleep(0.05)
    raise AssertionError("never acknowledged")


def test_a_hundred_acknowledged_deliveries_survive_a_kill_right_after(process):
    seq = itertools.count(1)
    process.google.person.edit("A2:C101", [[n, f"Lead {n}", "CONTACTED"] for n in range(1, 101)])
    for row in range(2, 102):
        deliver(process, [row], seq)
    process.kill()
    process.start()
    tasks = process.api("GET", "/tasks").json()
    assert [(task["lead_id"], task["status"]) for task in tasks] == [(str(n), "IN_PROGRESS") for n in range(1, 101)]
    until_equal(process, MEANT)


def test_killed_again_and_again_while_both_sides_change_it_ends_equal(process):
    process.google.quota.limits = Limits(10**6, 10**6)  # each start brings a new burst; quotas have tests of their own
    chance = random.Random(20261123)
    seq = itertools.count(1)
    process.google.person.edit("A2:C9", [[n, f"Lead {n}", "NEW"] for n in range(1, 9)])
    deliver(process, list(range(2, 10)), seq)
    over = threading.Event()

    def sheet_side():
        own = random.Random(1)
        while not over.is_set():
            row = own.randrange(2, 10)
            process.google.person.edit(f"C{row}", [[own.choice(list(MEANT))]])
            deliver(process, [row], seq, {"first": 3, "last": 3})
            time.sleep(own.uniform(0, 0.05))

    def task_side():
        own = random.Random(2)
        while not over.is_set():
            answer = process.api(
                "PATCH", f"/tasks/{own.randrange(1, 9)}", status=own.choice(["TODO", "IN_PROGRESS", "DONE"])
            )
            assert answer.status_code == 200
            time.sleep(own.uniform(0, 0.05))

    sides = [threading.Thread(target=side) for side in (sheet_side, task_side)]
    for side in sides:
        side.start()
    try:
        for _ in range(6):
            time.sleep(chance.uniform(0.05, 1.2))
            process.kill()
            process.start()
    finally:
        over.set()
    for side in sides:
        side.join()
    until_equal(process, MEANT, 60)
    assert len(process.api("GET", "/tasks").json()) == 8


@pytest.mark.fast
def test_a_patch_acknowledged_before_the_kill_reaches_its_cell_after_the_restart(process):
    seq = itertools.count(1)
    process.google.person.edit("A2:C2", [[12, "Vikram", "NEW"]])
    deliver(process, [2], seq)
    for status in ("DONE", "TODO", "IN_PROGRESS"):
        assert process.api("PATCH", "/tasks/1", status=status).status_code == 200
        process.kill()
        process.start()
        until_equal(process, MEANT)
        assert process.api("GET", "/tasks/1").json()["status"] == status


def test_a_stop_settles_what_is_under_way_and_the_state_is_there_after_a_start(process):
    seq = itertools.count(1)
    process.google.person.edit("A2:C2", [[12, "Vikram", "NEW"]])
    deliver(process, [2], seq)
    assert process.stop() == 0
    token = process.token
    process.start()
    assert process.token == token
    until_equal(process, MEANT)
