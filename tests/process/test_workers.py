"""Several worker processes on one database: all of them answer, one at a time writes the sheet, and any may die."""

import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.process.process import until_equal
from tests.process.test_killed import MEANT, deliver
from tests.process.workers import Workers
from tests.stack import eventually


@pytest.fixture
def workers(tmp_path):
    process = Workers(tmp_path)
    with (tmp_path / "log").open("w") as process.errors, process:
        yield process


def events(workers, name):
    """Every such event so far, as its keys and values."""
    lines = [line.split() for line in (workers.folder / "log").read_text().splitlines()]
    found = [line[4:] for line in lines if len(line) > 4 and line[3] == name]
    return [dict(part.split("=", 1) for part in line if "=" in part) for line in found]


def both_sides(workers, rounds, meanwhile=lambda: None):
    """People edit and programs PATCH the same eight leads at once; what is being done meanwhile, is done halfway."""
    seq = itertools.count(1)
    workers.google.person.edit("A2:C9", [[n, f"Lead {n}", "NEW"] for n in range(1, 9)])
    deliver(workers, list(range(2, 10)), seq)

    def sheet_side():
        own = random.Random(1)
        for _ in range(rounds):
            row = own.randrange(2, 10)
            workers.google.person.edit(f"C{row}", [[own.choice(list(MEANT))]])
            deliver(workers, [row], seq, {"first": 3, "last": 3})

    def task_side():
        own = random.Random(2)
        for _ in range(rounds):
            status = own.choice(["TODO", "IN_PROGRESS", "DONE"])
            assert workers.api("PATCH", f"/tasks/{own.randrange(1, 9)}", status=status).status_code == 200

    sides = [threading.Thread(target=side) for side in (sheet_side, task_side)]
    for side in sides:
        side.start()
    meanwhile()
    for side in sides:
        side.join()


def test_both_workers_answer_and_one_at_a_time_works_on_the_sheet_a_sweep_by_hand_included(workers):
    workers.google.trouble.latency = 1.0  # long enough to be found at it
    both_sides(workers, 100, lambda: [workers.cli("sweep") for _ in range(2)])
    until_equal(workers, MEANT)
    assert len(workers.api("GET", "/tasks").json()) == 8
    assert {line["pid"] for line in events(workers, "request_answered")} == {str(pid) for pid in workers.workers()}
    assert len(events(workers, "engine_elected")) == 1
    assert (workers.most_at_once, workers.calls > 5) == (1, True)


@pytest.mark.fast
def test_when_the_worker_that_writes_is_killed_another_takes_over_and_nothing_is_lost(workers):
    def kill_the_writer():
        os.kill(int(events(workers, "engine_elected")[-1]["pid"]), signal.SIGKILL)
        eventually(lambda: len(events(workers, "engine_elected")) == 2)

    both_sides(workers, 100, kill_the_writer)
    until_equal(workers, MEANT)
    assert len(workers.api("GET", "/tasks").json()) == 8
    eventually(lambda: len(workers.workers()) == 2)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="known on Linux only")
def test_a_stopped_worker_that_writes_is_told_at_once_and_replaced(workers):
    writer = int(events(workers, "engine_elected")[-1]["pid"])
    workers.google.person.edit("A2:C2", [[1, "Lead 1", "NEW"]])
    deliver(workers, [2], itertools.count(1))
    until_equal(workers, MEANT)
    os.kill(writer, signal.SIGSTOP)
    eventually(lambda: "engine_stopped" in (workers.folder / "log").read_text(), seconds=5)
    told = eventually(lambda: requests.get(f"{workers.url}/readyz", timeout=60).json()["missing"], seconds=5)
    assert f"kill -CONT {writer}" in told[0]
    assert workers.api("PATCH", "/tasks/1", status="DONE").status_code == 200
    until_equal(workers, MEANT, 60)
    assert eventually(workers.ready)
    assert writer not in workers.workers()


def each_worker(workers, path, still):
    """What each worker answers last, once it is the same and ``still`` of it; some numbers change until all is quiet."""
    told, count = {}, itertools.count()

    def the_same():
        headers = {"Authorization": f"Bearer {workers.token}", "X-Request-Id": f"ask-{next(count)}"}
        text = requests.get(workers.url + path, headers=headers, timeout=60).text
        by = {line["cause"]: line["pid"] for line in events(workers, "request_answered")}
        told[by.get(headers["X-Request-Id"])] = [line for line in text.splitlines() if "timestamp" not in line]
        told.pop(None, None)  # its line is not there yet
        return len(told) == 2 and len(set(map(tuple, told.values()))) == 1 and still(text)

    eventually(the_same)
    return next("\n".join(lines) for lines in told.values())


def sums(text):
    """name and labels but the sheet's → value."""
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    return {(one.name, *(word for name, word in one.labels.items() if name != "sheet")): one.value for one in found}


def test_every_worker_tells_the_same_sums_of_what_all_did_also_those_that_died(workers):
    seq = itertools.count(1)
    workers.google.person.edit("A2:C2", [[1, "Lead 1", "NEW"]])

    def both_have_taken_some():
        deliver(workers, [2], seq)
        return len({line["pid"] for line in events(workers, "delivery_taken")}) == 2

    eventually(both_have_taken_some)
    for status in ("IN_PROGRESS", "DONE", "TODO"):
        workers.api("PATCH", "/tasks/1", status=status)
        until_equal(workers, MEANT)
    each_worker(workers, "/metrics", lambda text: sums(text)["leadbridge_api_calls_total", "write", "ok"] >= 3)
    os.kill(workers.workers()[0], signal.SIGKILL)  # a job counts its calls when it ends, and it has ended
    eventually(lambda: len(workers.workers()) == 2)
    eventually(workers.ready)
    deliver(workers, [2], seq)
    told = sums(each_worker(workers, "/metrics", lambda text: 'pending{sheet="leads"} 0.0' in text))
    taken = len(events(workers, "delivery_taken"))
    assert told["leadbridge_deliveries_total", "taken"] == taken
    assert told["leadbridge_delivered_rows_total", "task_created"] == 1
    assert told["leadbridge_delivered_rows_total", "unchanged"] == taken - 1
    assert told["leadbridge_task_to_cell_seconds_count",] == 3
    written = [line for line in events(workers, "row_written") if "status" in line["fields"]]
    assert told["leadbridge_api_calls_total", "write", "ok"] >= len(written) >= 3


def test_every_worker_tells_what_the_one_that_writes_has_spent(workers):
    both_sides(workers, 3)
    until_equal(workers, MEANT)
    (sheet,) = json.loads(each_worker(workers, "/status", lambda text: '"pending":0' in text.replace(" ", "")))
    calls = sheet["calls"]
    assert (calls["read"], calls["write"]) == (workers.google.calls.reads, workers.google.calls.writes)
    assert calls["left"] == {"read": 60 - calls["read"], "write": 60 - calls["write"]}


def test_sigterm_ends_master_and_workers_and_a_new_start_goes_on(workers):
    both_sides(workers, 10)
    pids = workers.workers()
    assert workers.stop() == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    workers.start()
    until_equal(workers, MEANT)


def test_a_reload_brings_new_workers_one_of_which_goes_on_writing(workers):
    both_sides(workers, 10)
    old = set(workers.workers())
    workers.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(new := workers.workers()) == 2 and not old & set(new), "new workers")
    eventually(workers.ready)
    workers.api("PATCH", "/tasks/1", status="DONE")
    workers.api("PATCH", "/tasks/2", status="TODO")
    until_equal(workers, MEANT)


def test_the_service_manager_is_told_when_it_has_started(tmp_path):
    address, process = str(tmp_path / "notify"), Workers(tmp_path)
    process.environ = lambda: Workers.environ(process) | {"NOTIFY_SOCKET": address}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(30)
        with process:
            assert b"READY=1" in manager.recv(1000)


def test_its_lines_are_events_too_and_json_when_asked(tmp_path):
    process = Workers(tmp_path)
    process.environ = lambda: Workers.environ(process) | {"LOG_FORMAT": "json"}
    with (tmp_path / "log").open("w") as process.errors, process:
        process.api("GET", "/tasks")
        process.stop()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {"said", "engine_elected", "request_answered"} <= {line["event"] for line in lines}


class Unstarted(Workers):
    """What it needs is there."""

    def __enter__(self):
        self.prepare()
        return self


@pytest.fixture
def unstarted(tmp_path):
    with Unstarted(tmp_path) as process:
        yield process


def not_started(process):
    """What it says when it does not start."""
    done = subprocess.run(
        process.command(), cwd=process.folder, env=process.surroundings(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_database_newer_than_the_code_stops_the_start_with_a_sentence(unstarted, migrated):
    (unstarted.folder / "home").mkdir()
    shutil.copy(migrated, unstarted.folder / "home" / "tasks.db")
    with closing(sqlite3.connect(unstarted.folder / "home" / "tasks.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    assert "Error: the database has schema 9999, this version only knows" in not_started(unstarted)


def test_a_setting_that_means_nothing_stops_the_start_with_a_sentence(unstarted):
    unstarted.environ = lambda: Workers.environ(unstarted) | {"LOG_FORMAT": "xml"}
    assert "(env var: 'LOG_FORMAT'): 'xml' is not one of 'text', 'json'." in not_started(unstarted)


def test_without_a_sheet_there_is_nothing_to_serve(unstarted):
    (unstarted.folder / "bridge.toml").unlink()
    assert "Error: there is no bridge.toml here" in not_started(unstarted)
