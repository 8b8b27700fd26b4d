"""One server for each SQLite file: a second is refused with the first one's place, and changes nothing."""

import json
import os
from pathlib import Path

import pytest

from bridge.config.model import Config
from bridge.errors import Permanent
from bridge.maintenance.serving import alone_serving, unserved


def test_a_second_server_is_told_where_the_first_runs_and_changes_nothing(tmp_path: Path) -> None:
    first, second = Config(tmp_path, {}, port=5001), Config(tmp_path, {}, port=6001)
    with alone_serving(first):
        before = (tmp_path / "tasks.server").read_bytes()
        with pytest.raises(Permanent, match=rf"process {os.getpid()}, http://127\.0\.0\.1:5001"), alone_serving(second):
            pytest.fail("two serve one database")
        with pytest.raises(Permanent, match="stop it first"), unserved(tmp_path / "tasks.db"):
            pytest.fail("it is served")
        assert (tmp_path / "tasks.server").read_bytes() == before
    with alone_serving(second):
        assert json.loads((tmp_path / "tasks.server").read_text())["url"].endswith(":6001")


def test_several_serve_one_postgresql(tmp_path: Path) -> None:
    config = Config(tmp_path / "none", {}, database_url="postgresql+psycopg://localhost/x")
    with alone_serving(config), alone_serving(config):
        assert not (tmp_path / "none").exists()
