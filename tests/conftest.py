"""Fixtures: a migrated database of either kind, and the whole product running on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bridge.config import logs
from tests.browser import browser
from tests.databases import Databases, SqliteFiles
from tests.postgres.server import Postgres
from tests.stack import Stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about SQLite's file or its engine (``@pytest.mark.sqlite``) is not run on PostgreSQL."""
    foreign = [item for item in items if item.get_closest_marker("sqlite") and "[postgresql" in item.name]
    if foreign:
        config.hook.pytest_deselected(items=foreign)
        items[:] = [item for item in items if item not in set(foreign)]


@pytest.fixture(scope="session", autouse=True)
def _events_are_records() -> None:
    """Events go through the standard library's logging, where ``caplog`` sees them."""
    logs.configure()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    """SQLite databases."""
    return SqliteFiles(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this test process's own."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def migrated(sqlite_files: SqliteFiles) -> Path:
    """An empty SQLite file at the newest schema, to be copied."""
    return sqlite_files.template


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Databases of each kind in turn: whatever uses this runs on both."""
    found: Databases = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgres")
    return found


@pytest.fixture
def running(tmp_path: Path, databases: Databases) -> Iterator[Callable[..., Stack]]:
    """The product with settings of its own: ``running(create_rows=True)``, with these headers: ``header=[…]``."""
    with ExitStack() as closing:

        def start(header: list[str] | None = None, **sheet: Any) -> Stack:
            stack = closing.enter_context(Stack(tmp_path, databases, **sheet))
            stack.settle()
            if header:
                stack.google.book.tab("Leads").write(1, 1, [header])
            return stack

        yield start


@pytest.fixture
def stack(tmp_path: Path, databases: Databases) -> Iterator[Stack]:
    """The product, running; the sheet's script is not installed yet."""
    with Stack(tmp_path, databases) as running:
        yield running


@pytest.fixture
def linked(stack: Stack) -> Stack:
    """The same with one lead linked."""
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None])
    stack.settle()
    return stack


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    with browser.chromium() as running:
        yield running
