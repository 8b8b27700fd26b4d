"""SIGTERM in the middle of a burst: whoever has asked is answered, what is owed stays owed, a second start finishes."""

import itertools
import random
import sqlite3
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
import requests

from tests.process.process import Process, until_equal
from tests.process.test_killed import MEANT, deliver
from tests.process.workers import Workers
from tests.stack import eventually


class Talking(Process):
    def command(self):
        return [sys.executable, "-m", "bridge", "--verbose", "run"]


@pytest.fixture(params=[Talking, Workers])
def process(request, tmp_path):
    running = request.param(tmp_path)
    with (tmp_path / "log").open("w") as running.errors, running:
        running.google.person.edit("A2:C21", [[n, f"Lead {n}", "NEW"] for n in range(1, 21)])
        deliver(running, list(range(2, 22)), itertools.count(1))
        until_equal(running, MEANT)
        yield running


def stopping(process):
    """True when nobody new is let in; the listening socket lasts as long as the process."""
    return " worker_leaves " in (process.folder / "log").read_text()


def at_rest(process, database):
    """True when the engine has nothing to do and its last job has ended, so that it does not wait for the database."""
    (sheet,) = process.api("GET", "/status").json()
    leased = database.execute("SELECT count(*) FROM sheet_queues WHERE lease_until IS NOT NULL").fetchone()
    return sheet["swept_at"] is not None and not sheet["pending"] and leased == (0,)


def test_requests_under_way_are_answered_and_what_they_changed_reaches_the_sheet_after_a_start(process):
    database = sqlite3.connect(process.folder / "home" / "tasks.db", isolation_level=None, check_same_thread=False)
    headers = {"Authorization": f"Bearer {process.token}"}

    def patch(number):
        answer = requests.patch(f"{process.url}/tasks/{number}", json={"status": "DONE"}, headers=headers, timeout=60)
        return answer.status_code, answer.text if answer.status_code != 200 else ""

    eventually(lambda: at_rest(process, database))
    with closing(database), ThreadPoolExecutor(21) as clients:
        database.execute("BEGIN IMMEDIATE")  # until it ends, nobody else can write, so all of them wait
        asked = [clients.submit(patch, number) for number in range(1, 21)]
        time.sleep(0.3)  # their bytes are on the way; nothing outside shows when the last has arrived
        ended = clients.submit(process.stop)
        eventually(lambda: stopping(process))
        assert [client.result() for client in asked if client.done()] == []
        database.execute("ROLLBACK")
        assert [client.result() for client in asked] == [(200, "")] * 20
        assert ended.result() == 0
    process.start()
    assert {task["status"] for task in process.api("GET", "/tasks").json()} == {"DONE"}
    until_equal(process, MEANT)


def test_stopped_again_and_again_while_both_sides_change_it_ends_equal(process):
    seq, over = itertools.count(2), threading.Event()

    def sheet_side():
        own = random.Random(1)
        while not over.is_set():
            row = own.randrange(2, 22)
            process.google.person.edit(f"C{row}", [[own.choice(list(MEANT))]])
            deliver(process, [row], seq, {"first": 3, "last": 3})

    def task_side():
        own = random.Random(2)
        while not over.is_set():
            status = own.choice(["TODO", "IN_PROGRESS", "DONE"])
            assert process.api("PATCH", f"/tasks/{own.randrange(1, 21)}", status=status).status_code == 200

    sides = [threading.Thread(target=side) for side in (sheet_side, task_side)]
    for side in sides:
        side.start()
    chance = random.Random(20261123)
    try:
        for _ in range(4):
            time.sleep(chance.uniform(0.05, 1.0))
            assert process.stop() == 0
            process.start()
    finally:
        over.set()
    for side in sides:
        side.join()
    until_equal(process, MEANT, 60)
    assert len(process.api("GET", "/tasks").json()) == 20
