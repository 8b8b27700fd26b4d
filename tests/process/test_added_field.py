"""The way to a further field that docs/development.md shows is the whole way: taken step by step in a copy of the code,
and then the field is synced.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from task_api.schema import head

ROOT = Path(__file__).parents[2]
BELOW = re.compile(r"In `(\S+)`, below `(\w+)`:\n\n    (.+)\n")
NEW = re.compile(r"The new file `(\S+)`.*:\n\n((?:    .*\n|\n)+)")


MIGRATIONS = [
    f"tests/migrations/test_migrations.py::{name}"
    for name in (
        "test_migrating_from_nothing_gives_the_same_database_as_the_models",
        "test_going_back_to_the_beginning_leaves_no_table",
    )
]


@pytest.fixture
def copy(tmp_path):
    for name in ("bridge", "task_api", "migrations", "tests", "pyproject.toml"):
        source, target = ROOT / name, tmp_path / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(source, target)
    (tmp_path / "apps_script").symlink_to(ROOT / "apps_script")
    return tmp_path


def follow(guide: str, folder: Path) -> list[str]:
    """Take the guide's steps; the files that were touched."""
    for name, word, line in BELOW.findall(guide):
        lines = (folder / name).read_text().splitlines()
        (place,) = [number for number, one in enumerate(lines) if re.search(rf'^ +(Column\("{word}"|{word}:)', one)]
        indent = re.match(" *", lines[place])[0]
        lines.insert(place + 1, indent + line)
        (folder / name).write_text("\n".join(lines) + "\n")
    ((name, text),) = NEW.findall(guide)
    last = head()
    text = (
        text.replace("\n    ", "\n")
        .removeprefix("    ")
        .replace('"NNNN"', f'"{int(last) + 1:04}"')
        .replace('"MMMM"', f'"{last}"')
    )
    (folder / "migrations" / "versions" / f"{int(last) + 1:04}_added.py").write_text(text)
    return [name for name, _, _ in BELOW.findall(guide)]


def test_a_field_takes_the_steps_that_the_guide_shows_and_no_other(copy):
    guide = (ROOT / "docs" / "development.md").read_text()
    assert follow(guide, copy) == ["task_api/models.py", "bridge/config/fields.py"]
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "tests/process/added_field.py", *MIGRATIONS]
    environ = os.environ | {"PYTHONPATH": str(copy)}
    done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
