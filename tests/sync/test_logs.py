"""Logs: one event a line, one cause from the delivery or the request to the cell, and nothing that a person wrote."""

import ast
import itertools
import json
import logging
import re
import sys
from pathlib import Path

import pytest
import requests

from bridge.config.logs import JsonLines, Lines, settings
from tests.process.process import Process
from tests.process.test_killed import deliver
from tests.stack import eventually

ROOT = Path(__file__).parents[2]
FILES = sorted(path for part in ("bridge", "task_api") for path in (ROOT / part).rglob("*.py"))


class Talking(Process):
    """The bridge, telling every event as JSON lines."""

    def command(self):
        return [sys.executable, "-m", "bridge", "--verbose", "--log-format", "json", "run"]

    def lines(self):
        """Every line so far; the last one may still be half written."""
        text = (self.folder / "log").read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def written(self, count):
        """The row_written events, once there are so many."""
        return eventually(
            lambda: (found := [line for line in self.lines() if line["event"] == "row_written"])[count - 1 :] and found
        )


@pytest.fixture
def talking(tmp_path):
    process = Talking(tmp_path)
    with (tmp_path / "log").open("w") as process.errors, process:
        yield process


def test_one_cause_leads_from_the_delivery_and_from_the_request_to_the_cell(talking):
    talking.google.person.edit("A2:C2", [[12, "Vikram Rao", "NEW"]])
    deliver(talking, [2], itertools.count(1))
    taken = next(line for line in talking.lines() if line["event"] == "delivery_taken")
    assert taken["cause"] == taken["delivery"]
    row = talking.written(1)[0]
    assert (row["cause"], row["sheet"], row["row"], row["fields"]) == (taken["delivery"], "leads", 2, "task_id")
    headers = {"Authorization": f"Bearer {talking.token}", "X-Request-Id": "from-a-program.7"}
    answer = requests.patch(f"{talking.url}/tasks/1", json={"status": "DONE"}, headers=headers, timeout=60)
    assert answer.headers["X-Request-Id"] == "from-a-program.7"
    row = talking.written(2)[1]
    assert (row["cause"], row["fields"]) == ("from-a-program.7", "status")
    patched = next(line for line in talking.lines() if line.get("method") == "PATCH")
    assert (patched["cause"], patched["route"], patched["status"]) == ("from-a-program.7", "/tasks/<int:task_id>", 200)
    text = (talking.folder / "log").read_text()
    assert "Vikram" not in text
    assert "QUALIFIED" not in text


def test_what_a_sweep_found_is_caused_by_that_sweep_and_not_by_an_older_delivery(talking):
    talking.google.person.edit("A2:C2", [[12, "Vikram", "NEW"]])
    deliver(talking, [2], itertools.count(1))
    talking.written(1)
    talking.stop()
    talking.google.person.edit("A3:C3", [[13, "Mara", "NEW"]])
    talking.start()
    last = talking.written(2)[-1]
    assert (last["row"], last["cause"].startswith("job:leads:")) == (3, True)


def test_a_row_that_the_bridge_appends_names_the_request_that_made_its_task(talking):
    talking.stop()
    with (talking.folder / "bridge.toml").open("a") as file:
        file.write("create_rows = true\n")
    talking.start()
    headers = {"Authorization": f"Bearer {talking.token}", "X-Request-Id": "from-a-program.8"}
    requests.post(f"{talking.url}/tasks", json={"title": "A task"}, headers=headers, timeout=60)
    appended = eventually(lambda: next((line for line in talking.lines() if line["event"] == "row_appended"), None))
    assert appended["cause"] == "from-a-program.8"


def test_probes_that_find_nothing_wrong_fill_no_log(talking):
    for path in ("/healthz", "/readyz", "/none"):
        requests.get(talking.url + path, timeout=60)
    assert [line["route"] for line in talking.lines() if line["event"] == "request_answered"] == ["none"]


@pytest.mark.parametrize("given", ["", "two words", "x" * 200, "forged\\nevent=1", "mara@example.com"])
def test_an_id_that_is_not_well_formed_is_replaced_by_one_of_ours(stack, given):
    answer = stack.http.get(f"{stack.url}/tasks", headers={"X-Request-Id": given}, timeout=60)
    assert re.fullmatch(r"req_[0-9a-f-]{36}", answer.headers["X-Request-Id"])


def test_a_refused_request_names_its_id_too(stack):
    answer = requests.get(f"{stack.url}/tasks", headers={"X-Request-Id": "abc"}, timeout=60)
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (401, "abc")


def record(message, *args, name="bridge.worker.run", error=None):
    return logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, error)


def test_both_styles_tell_the_same_event():
    one = record("queue_postponed sheet=%s seconds=%.1f why=%r", "leads", 2.04, "no answer")
    assert " WARNING bridge.worker.run queue_postponed sheet=leads seconds=2.0 why='no answer' pid=" in Lines().format(
        one
    )
    told = json.loads(JsonLines().format(one))
    assert {key: told[key] for key in ("event", "sheet", "seconds", "why")} == {
        "event": "queue_postponed", "sheet": "leads", "seconds": 2.04, "why": "no answer",
    }  # fmt: skip


@pytest.mark.parametrize("style", [Lines, JsonLines])
def test_no_address_and_no_words_of_an_exception_are_printed_and_a_trace_is_one_line(style):
    try:
        int("Vikram Rao")
    except ValueError:
        line = style().format(record("job_failed why=%r", "share it with a.b@c.example.com", error=sys.exc_info()))
    assert "example.com" not in line
    assert "Vikram" not in line
    assert re.search(r"ValueError.*tests/sync/test_logs\.py:\d+", line)
    assert "\n" not in line


def test_what_a_library_says_is_one_line_too():
    one = record("Task queue\ndepth is %d", 3, name="waitress.queue")
    assert "\n" not in Lines().format(one)
    assert json.loads(JsonLines().format(one))["text"] == "Task queue\ndepth is 3"


def test_an_unknown_style_is_named():
    with pytest.raises(ValueError, match="LOG_FORMAT is 'xml'; use text or json"):
        settings("xml", "INFO")


def log_calls(path):
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [call for call in calls if ast.unparse(call.func).startswith("log.")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_event_in_the_code_is_a_name_and_one_value_for_each_key(path):
    for call in log_calls(path):
        event, *values = call.args
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*( \w+=%[.\d]*\w)*", event.value), event.value
        assert event.value.count("%") == len(values), event.value
