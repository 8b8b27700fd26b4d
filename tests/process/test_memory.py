"""A process that serves loads only what it needs, and has told Python's collector to pass over what it is made of."""

import gc
import subprocess
import sys
from dataclasses import replace

import pytest

from bridge.server.process import Served

pytestmark = pytest.mark.sqlite


def test_a_start_loads_neither_migrations_nor_what_postgresql_alone_needs():
    code = "import sys, bridge.cli.main, bridge.server.serve; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "gspread" in loaded
    assert not {"alembic", "procrastinate", "psycopg"}.intersection(loaded)


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_what_a_started_process_is_made_of_is_looked_at_no_more(stack):
    assert gc.get_freeze_count() == 0
    served = Served(replace(stack.config, engine=False), None)
    served.start(first=True)
    assert gc.get_freeze_count() > len(gc.get_objects())
    served.close()
