"""A second start on one home, a mistyped home, and a home that cannot be: each is told, and nothing is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.process import ROOT, Local


def command(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command of the bridge, as a person runs it in this folder."""
    surroundings = os.environ | {"PYTHONPATH": str(ROOT), "LEADBRIDGE_HOME": "home"} | environ
    return subprocess.run(
        [sys.executable, "-m", "bridge", *words],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def held(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file in the home, when it was changed and what it holds; not the databases' own and the leases, to which
    the bridge that runs there writes at any time.
    """
    files = [
        path for path in folder.rglob("*") if path.is_file() and ".db" not in path.name and path.suffix != ".lease"
    ]
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Local(tmp_path_factory.mktemp("running")) as bridge:
        yield bridge


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("elsewhere", [True, False], ids=["another port", "the same port"])
def test_a_second_start_leaves_the_first_alone_and_says_where_it_runs(running, elsewhere, workers):
    before, port = held(running.folder / "home"), "1" if elsewhere else str(running.port)
    (running.folder / "bridge.toml").write_text(
        '[sheets.other]\nspreadsheet = "' + "1" * 44 + '"\n'
    ) if elsewhere else None
    key = {"GOOGLE_APPLICATION_CREDENTIALS": "home/local_google/service_account.json"}
    try:
        done = command(running.folder, "run", PORT=port, WEB_CONCURRENCY=workers, **key)
    finally:
        (running.folder / "bridge.toml").unlink(missing_ok=True)
    assert done.returncode == 1
    assert f"process {running.process.pid}, {running.url}" in done.stderr
    assert "Traceback" not in done.stderr
    assert held(running.folder / "home") == before
    assert running.api("GET", "/tasks").status_code == 200


@pytest.mark.parametrize("words", [("migrate",), ("restore", "copy.db")])
def test_what_needs_the_bridge_stopped_says_where_it_runs(running, words):
    assert command(running.folder, "backup", "copy.db").returncode in {0, 1}
    before = held(running.folder / "home")
    done = command(running.folder, *words)
    assert done.returncode == 1
    assert f"process {running.process.pid}, {running.url}" in done.stderr
    assert held(running.folder / "home") == before


def test_a_start_after_a_kill_is_no_second_one(tmp_path):
    with Local(tmp_path) as bridge:
        bridge.kill()
        bridge.start()
        assert json.loads((tmp_path / "home" / "tasks.server").read_text())["pid"] == bridge.process.pid


READING = [
    ("status",),
    ("needs",),
    ("changes",),
    ("explain", "12"),
    ("doctor",),
    ("token", "list"),
    ("sweep", "--dry-run"),
    ("connection",),
    ("backup", "copy.db"),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_command_in_a_mistyped_home_says_so_and_creates_nothing(tmp_path, words):
    done = command(tmp_path, *words, LEADBRIDGE_HOME="hmoe")
    assert done.returncode == 1
    assert "hmoe" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words", [("run",), ("status",), ("connection",), ("migrate",), ("worker",), ("doctor",)], ids=" ".join
)
@pytest.mark.parametrize("home", ["file", "file/below", "/proc/nowhere"])
def test_a_home_that_cannot_be_is_told(tmp_path, home, words):
    (tmp_path / "file").write_text("a file")
    done = command(tmp_path, *words, LEADBRIDGE_HOME=home, PORT="1")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
    assert words == ("worker",) or home in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("given", ["x", "0", "1.5"])
@pytest.mark.parametrize("words", [("run",), ("run", "--workers", "many")])
def test_a_number_of_processes_that_is_none_is_told(tmp_path, words, given):
    done = command(tmp_path, *words, WEB_CONCURRENCY=given)
    assert done.returncode == 2
    assert "--workers" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_other_commands_do_not_mind_the_number_of_processes(tmp_path):
    assert command(tmp_path, "--help", WEB_CONCURRENCY="x").returncode == 0
