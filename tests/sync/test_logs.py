"""Logs: one event a line, one cause from the delivery or the request to the cell, and nothing that a person wrote."""

import ast
import io
import json
import logging
import re
import time
from pathlib import Path

import pytest
import requests
from structlog.contextvars import bound_contextvars
from structlog.stdlib import ProcessorFormatter, get_logger

from bridge.config.logs import EMAIL, FORMATS, configure, processors

ROOT = Path(__file__).parents[2]
FILES = sorted(path for part in ("bridge", "task_api") for path in (ROOT / part).rglob("*.py"))


class Listener:
    """Every event as the JSON lines that a process prints."""

    def __init__(self, printed):
        self.printed = printed

    def lines(self, event=None):
        told = [json.loads(line) for line in self.printed.getvalue().splitlines()]
        return [line for line in told if event in (None, line["event"])]


@pytest.fixture
def told():
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(ProcessorFormatter(processors=processors("json")))
    before = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield Listener(handler.stream)
    root.setLevel(before)
    root.removeHandler(handler)


def test_one_cause_leads_from_the_delivery_and_from_the_request_to_the_cell(stack, told):
    stack.edit("A2:C2", [12, "Vikram Rao", "NEW"])
    stack.deliver([12, "Vikram Rao", "NEW", None])
    stack.settle()
    (taken,) = told.lines("delivery_taken")
    assert taken["cause"] == taken["delivery"]
    (row,) = told.lines("row_written")
    assert (row["cause"], row["sheet"], row["row"], row["fields"]) == (taken["delivery"], "leads", 2, "task_id")
    stack.http.headers["X-Request-Id"] = "from-a-program.7"
    assert stack.patch(1, status="DONE").headers["X-Request-Id"] == "from-a-program.7"
    stack.settle()
    row = told.lines("row_written")[1]
    assert (row["cause"], row["fields"]) == ("from-a-program.7", "status")
    patched = next(line for line in told.lines() if line.get("method") == "PATCH")
    assert (patched["cause"], patched["route"], patched["status"]) == ("from-a-program.7", "/tasks/<int:task_id>", 200)
    assert "Vikram" not in told.printed.getvalue()
    assert "QUALIFIED" not in told.printed.getvalue()


def test_what_a_sweep_found_is_caused_by_that_sweep_and_not_by_an_older_delivery(linked, told):
    linked.stop_bridge()
    linked.edit("A3:C3", [13, "Mara", "NEW"])
    linked.start_bridge()
    linked.settle()
    last = told.lines("row_written")[-1]
    assert (last["row"], last["cause"].startswith("job:leads:")) == (3, True)


def test_a_row_that_the_bridge_appends_names_the_request_that_made_its_task(running, told):
    stack = running(create_rows=True)
    stack.http.headers["X-Request-Id"] = "from-a-program.8"
    stack.post_to("/tasks", title="A task")
    stack.settle()
    (appended,) = told.lines("row_appended")
    assert appended["cause"] == "from-a-program.8"


def test_a_refusal_a_hold_and_a_read_in_doubt_each_say_so(linked, told):
    linked.google.trouble.lag(60, lasting=3)
    linked.edit("C2", ["CONTACTED"])
    linked.deliver([12, "Vikram", "CONTACTED", 1], seq=2, edited={"first": 3, "last": 3})
    linked.sweep()
    assert told.lines("read_in_doubt")[0]["fields"] == "status"
    linked.edit("C2", ['=UPPER("contacted")'])
    linked.patch(1, status="DONE")
    linked.settle()
    assert (told.lines("cell_refused")[-1]["field"], told.lines("cell_refused")[-1]["by"]) == ("status", "cell")
    linked.google.person.delete_rows("Leads", 2)
    linked.later(60)
    linked.sweep()
    assert "never taken for a deletion" in told.lines("deletions_held")[0]["why"]


def test_probes_that_find_nothing_wrong_fill_no_log(stack, told):
    for path in ("/healthz", "/none"):
        requests.get(stack.url + path, timeout=60)
    assert [line["route"] for line in told.lines("request_answered")] == ["none"]


@pytest.mark.engine
def test_a_probe_that_finds_the_bridge_ready_fills_no_log(stack, told):
    assert requests.get(f"{stack.url}/readyz", timeout=60).status_code == 200
    assert told.lines("request_answered") == []


@pytest.mark.parametrize("given", ["", "two words", "x" * 200, "forged\\nevent=1", "mara@example.com"])
def test_an_id_that_is_not_well_formed_is_replaced_by_one_of_ours(stack, given):
    answer = stack.http.get(f"{stack.url}/tasks", headers={"X-Request-Id": given}, timeout=60)
    assert re.fullmatch(r"req_[0-9a-f-]{36}", answer.headers["X-Request-Id"])


def test_a_refused_request_names_its_id_too(stack):
    answer = requests.get(f"{stack.url}/tasks", headers={"X-Request-Id": "abc"}, timeout=60)
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (401, "abc")


@pytest.fixture
def line():
    """Everything that is logged while it lasts, in a style, as lines."""
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    configure()
    root.addHandler(handler)

    def formatted(style, log, *args, **values):
        handler.setFormatter(ProcessorFormatter(processors=processors(style)))
        handler.stream.truncate(handler.stream.seek(0))
        log(*args, **values)
        return handler.stream.getvalue().removesuffix("\n")

    yield formatted
    root.removeHandler(handler)


LOG = get_logger("bridge.worker.run")


def test_both_styles_tell_the_same_event(line):
    one = (LOG.warning, "queue_postponed")
    values = {"sheet": "leads", "seconds": 2.4, "why": "no answer"}
    with bound_contextvars(cause="job:leads:1"):
        text, told = line("text", *one, **values), json.loads(line("json", *one, **values))
    said = "bridge.worker.run queue_postponed sheet=leads seconds=2.4 why='no answer' cause=job:leads:1"
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\dT[\d:]{{8}}\.\d{{3}}Z WARNING {said} pid=\d+", text)
    head = {"level": "WARNING", "logger": "bridge.worker.run", "event": "queue_postponed", "cause": "job:leads:1"}
    assert told.items() >= (head | values).items()


@pytest.mark.parametrize("style", FORMATS)
def test_no_address_and_no_words_of_an_exception_are_printed_and_a_trace_is_one_line(line, style):
    try:
        int("Vikram Rao")
    except ValueError as error:
        told = line(style, LOG.error, "job_failed", why="share it with a.b@c.example.com", exc_info=error)
        again = line(style, LOG.exception, "job_failed")
    assert "example.com" not in told
    for one in (told, again):
        assert "Vikram" not in one
        assert re.search(r"ValueError.*tests/sync/test_logs\.py:\d+", one)
        assert "\n" not in one


@pytest.mark.parametrize("style", FORMATS)
def test_a_very_long_text_is_cut_and_looked_through_in_no_time(line, style):
    began = time.perf_counter()
    told = line(style, LOG.warning, "queue_paused", why="a." * 1_000_000)
    assert time.perf_counter() - began < 0.5
    assert len(told) < 3000


def test_looking_for_addresses_takes_twice_as_long_for_twice_the_text():
    def seconds(size):
        text, began = "a." * size, time.perf_counter()
        EMAIL.sub("<email>", text)
        return time.perf_counter() - began

    assert min(seconds(100_000) for _ in range(3)) < 0.5  # the square of that would be hours


def test_what_a_library_says_is_one_line_too(line):
    log = logging.getLogger("waitress.queue").warning
    assert "\n" not in line("text", log, "Task queue\ndepth is %d", 3)
    assert json.loads(line("json", log, "Task queue\ndepth is %d", 3))["text"] == "Task queue\ndepth is 3"


def log_calls(path):
    calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [call for call in calls if ast.unparse(call.func).startswith("log.")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_event_in_the_code_is_a_name_and_values_by_their_keys(path):
    for call in log_calls(path):
        (event,) = call.args
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", event.value), event.value
