"""Fixtures: a migrated database to copy, and the whole product running."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from task_api import schema
from tests.stack import Stack


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database at the newest schema, migrated once."""
    path = tmp_path_factory.mktemp("template") / "tasks.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def stack(tmp_path: Path, migrated: Path) -> Iterator[Stack]:
    """The product, running; the sheet's script is not installed yet."""
    with Stack(tmp_path, migrated) as running:
        yield running
