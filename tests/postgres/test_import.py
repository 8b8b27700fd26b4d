"""From SQLite to PostgreSQL: everything comes along, and the bridge goes on where it was."""

import subprocess
import sys

import pytest
from sqlalchemy import create_engine, func, select

from bridge.errors import Permanent
from bridge.maintenance.import_sqlite import import_database
from task_api.db import Base
from tests.stack import Stack

pytestmark = pytest.mark.full


@pytest.fixture
def stack(tmp_path, sqlite_files):
    with Stack(tmp_path, sqlite_files, engine=True, create_rows=True) as running:
        running.edit("A2:C3", [12, "Vikram", "NEW"], [13, "Ann", "LOST"])
        running.deliver([12, "Vikram", "NEW", None], [13, "Ann", "LOST", None])
        running.settle()
        running.patch(1, status="DONE")
        running.settle()
        yield running


def counted(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
        }
    engine.dispose()
    return found


def test_everything_comes_along_and_the_bridge_goes_on(stack, postgres):
    history, url = stack.changes(1), postgres.new(stack.home)
    stack.stop_bridge()
    before = counted(stack.database)
    assert import_database(stack.home / "tasks.db", url).tasks == 2
    assert counted(url) == before
    file, stack.database = stack.database, url
    stack.start_bridge()
    stack.settle()
    assert stack.changes(1) == history
    assert stack.patch(1, status="TODO").status_code == 200
    stack.settle()
    assert stack.cell("C2") == "NEW"
    assert stack.post_to("/tasks", title="A third").json()["id"] == 3
    stack.settle()
    assert len(stack.rows()) == 3
    stack.stop_bridge()
    stack.database = file
    stack.start_bridge()
    postgres.drop(url)


def test_a_running_bridge_and_a_database_with_tasks_are_refused(stack, postgres):
    url = postgres.new(stack.home)
    with pytest.raises(Permanent, match="stop it first"):
        import_database(stack.home / "tasks.db", url)
    stack.stop_bridge()
    import_database(stack.home / "tasks.db", url)
    with pytest.raises(Permanent, match="there are tasks in that PostgreSQL already"):
        import_database(stack.home / "tasks.db", url)
    stack.start_bridge()
    postgres.drop(url)


def test_the_command_says_what_it_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bridge", "import", "nothing.db"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "set DATABASE_URL to the PostgreSQL that is to take it" in done.stderr
