"""The task API can be used without the bridge. That it does not import it is a contract in pyproject.toml."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FILES = [file for file in sorted((Path(__file__).parents[2] / "task_api").rglob("*.*")) if file.suffix != ".pyc"]
FOREIGN = re.compile(
    r"bridge|\blead(s|\b(?!_id))|\b(spread)?sheets?\b|google|gspread|apps.script|\bcells?\b|\blanes?\b|outbox|webhook"
    r"|deliver|sweep|procrastinate|doctor|dead.letter|tombstone",
    re.IGNORECASE,
)
"""Words of the app around the task API. Its own ``lead_id`` is a column like any other."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_of_the_task_api_has_a_word_of_the_app_around_it(file):
    assert [line for line in file.read_text().splitlines() if FOREIGN.search(line)] == []


def test_the_running_task_api_has_loaded_neither_the_bridge_nor_tests_nor_alembic():
    loaded = "{name.split('.')[0] for name in sys.modules}"
    code = f"import sys, task_api.app, task_api.cli; print({{'bridge', 'tests', 'alembic'}} & {loaded})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
