"""A sheet that is not heard of any more; what Prometheus reads; the commands that look into the work."""

import json

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from bridge.cli.main import cli
from tests.process.process import Process


def installed(stack):
    stack.install()
    stack.settle()


def silence(stack):
    return stack.get("/status")[0]["silence"]


def test_a_sheet_without_a_script_says_what_to_do(stack):
    assert "choose Bridge → Install" in silence(stack)
    installed(stack)
    assert silence(stack) is None


def test_a_trigger_that_is_gone_is_noticed_after_three_missed_beats(stack):
    installed(stack)
    stack.later(14 * 60)
    assert silence(stack) is None
    stack.later(2 * 60)
    assert "the trigger may be gone: open the sheet and choose Bridge → Install" in silence(stack)
    assert [need["kind"] for need in stack.get("/needs")] == ["silent"]


def test_a_heartbeat_ends_the_silence(stack):
    installed(stack)
    stack.later(200)
    before = stack.get("/status")[0]["heard_at"]
    stack.google.scripts.run("bridgeEveryFiveMinutes", [])
    assert stack.get("/status")[0]["heard_at"] > before


def samples(stack):
    text = stack.http.get(f"{stack.url}/metrics", timeout=60).text
    return {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}


def test_prometheus_reads_the_lanes(stack):
    installed(stack)
    stack.edit("A2:C2", [1, "Ann", "WON"])
    stack.sweep()
    read = samples(stack)
    assert (read["leadbridge_silent"], read["leadbridge_pending"], read["leadbridge_refused"]) == (0, 0, 1)
    assert read["leadbridge_last_heard_timestamp_seconds"] > 1.7e9
    stack.later(20 * 60)
    assert samples(stack)["leadbridge_silent"] == 1


def test_metrics_ask_for_a_token(stack):
    stack.http.headers.pop("Authorization")
    assert stack.http.get(f"{stack.url}/metrics", timeout=60).status_code == 401


@pytest.fixture
def commands(stack, monkeypatch):
    """``leadbridge …`` beside the running bridge, with its configuration."""
    monkeypatch.setattr("bridge.cli.context.load", lambda: stack.config)

    def run(*words, code=0):
        done = CliRunner().invoke(cli, words, catch_exceptions=False)
        assert done.exit_code == code, done.output
        return done.output

    return run


def test_a_dry_run_prints_the_plan_changes_nothing_and_says_by_its_code_that_there_is_something_to_do(stack, commands):
    stack.settle()
    stack.edit("A2:C3", [1, "Ann", "NEW"], ["", "No id", "NEW"])
    said = commands("sweep", "--dry-run", code=2)
    assert "task created" in said
    assert "2 rows, 0 agree; 1 refused, 1 task created" in said
    assert stack.tasks() == []
    assert stack.rows() == [[1, "Ann", "NEW", None], [None, "No id", "NEW", None]]


def test_a_dry_run_shows_field_by_field_what_either_side_would_take(stack, commands):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.edit("C2", ["LOST"])
    (step,) = json.loads(commands("sweep", "--dry-run", "--json", code=2))["steps"]
    assert step["changes"] == [{"field": "status", "old": "NEW", "new": "LOST", "to": "task"}]
    assert stack.task(1)["status"] == "TODO"


def test_a_sweep_by_hand_puts_things_right_beside_the_running_bridge(stack, commands):
    stack.settle()
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    assert "1 task created" in commands("sweep", "--sheet", "leads")
    assert stack.task(1)["title"] == "Follow up: Ann"
    stack.settle()
    assert stack.cell("D2") == 1
    assert "nothing to do" in commands("sweep", "--dry-run")


def test_what_only_a_person_can_do_is_said_by_the_code_of_a_sweep(stack, commands):
    stack.edit("A2:C2", ["", "No id", "NEW"])
    assert "has no id" in commands("sweep", code=2)


def test_a_sheet_that_is_not_there_is_named(commands):
    assert "there is no sheet 'nowhere'; there is leads" in commands("sweep", "--sheet", "nowhere", code=1)


def test_needs_status_changes_undo_and_take_speak_to_a_person(stack, commands):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()
    stack.patch(1, status="DONE")
    stack.settle()
    assert "leads" in commands("status")
    assert json.loads(commands("needs", "--json", code=2))[0]["kind"] == "silent"
    newest = json.loads(commands("changes", "--json", "--lead", "1"))[0]
    assert (newest["old"], newest["new"]) == ("NEW", "QUALIFIED")
    assert "status of lead 1 is 'NEW' again" in commands("undo", str(newest["id"]))
    stack.settle()
    assert stack.cell("C2") == "NEW"
    assert "only a value that a conflict lost" in commands("take", str(newest["id"]), code=1)
    assert "there is no change 999" in commands("undo", "999", code=1)
    assert "nothing was held" in commands("approve")
    assert "there is no dead letter 9" in commands("retry", "9", code=1)
    assert "name one dead letter, or give --all" in commands("retry", code=2)
    assert "0 tried again" in commands("retry", "--all")


@pytest.mark.full
def test_a_sweep_from_another_process_is_noticed_by_the_running_bridge(tmp_path):
    import os
    import subprocess
    import sys

    from tests.process.process import ROOT
    from tests.stack import SECRET, eventually

    with Process(tmp_path) as bridge:
        eventually(lambda: bridge.api("GET", "/status").json()[0]["swept_at"])
        bridge.google.person.edit("A2:C2", [[1, "Ann", "NEW"]])
        environ = os.environ | {"LEADBRIDGE_HOME": "home", "PYTHONPATH": str(ROOT), "LEADBRIDGE_SECRET_LEADS": SECRET}
        command = [sys.executable, "-m", "bridge", "sweep"]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
        assert (done.returncode, "1 task created" in done.stdout) == (0, True), done.stderr
        assert bridge.api("GET", "/tasks/1").json()["title"] == "Follow up: Ann"
