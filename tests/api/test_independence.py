"""The task API stands alone: whoever wants only the tasks can take it without the bridge."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parents[2] / "task_api").rglob("*.py"))
WHOLE = [file for file in sorted((Path(__file__).parents[2] / "task_api").rglob("*.*")) if file.suffix != ".pyc"]


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_of_the_task_api_imports_the_bridge(file):
    assert [name for name in imported(ast.parse(file.read_text())) if name.split(".")[0] in ("bridge", "tests")] == []


FOREIGN = re.compile(
    r"bridge|\blead(s|\b(?!_id))|\b(spread)?sheets?\b|google|gspread|apps.script|\bcells?\b|\blanes?\b|outbox|webhook"
    r"|deliver|sweep|procrastinate|doctor|dead.letter|tombstone",
    re.IGNORECASE,
)
"""Words of whoever stands around the task API. Its own ``lead_id`` is a column like any other."""


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.name)
def test_no_file_of_the_task_api_has_a_word_of_the_app_around_it(file):
    assert [line for line in file.read_text().splitlines() if FOREIGN.search(line)] == []


def test_the_running_task_api_has_loaded_neither_the_bridge_nor_alembic():
    code = "import sys, task_api.app, task_api.cli; print({'bridge', 'alembic'} & {name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
