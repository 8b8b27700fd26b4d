"""Fixtures: a migrated database to copy, and the whole product running."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

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
def running(tmp_path: Path, migrated: Path) -> Iterator[Callable[..., Stack]]:
    """The product with settings of its own: ``running(create_rows=True)``, with these headers: ``header=[…]``."""
    with ExitStack() as closing:

        def start(header: list[str] | None = None, **sheet: Any) -> Stack:
            stack = closing.enter_context(Stack(tmp_path, migrated, **sheet))
            stack.settle()
            if header:
                stack.google.book.tab("Leads").write(1, 1, [header])
            return stack

        yield start


@pytest.fixture
def stack(tmp_path: Path, migrated: Path) -> Iterator[Stack]:
    """The product, running; the sheet's script is not installed yet."""
    with Stack(tmp_path, migrated) as running:
        yield running
