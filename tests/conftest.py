"""Fixtures: a migrated database of either kind, and the whole product running on it.

What uses ``databases`` (or ``running``, ``stack``, ``linked``) runs on SQLite and on PostgreSQL: in the fast tier on
SQLite alone (`tests.tiers`), unless it is marked

- ``both``: a claim that may hold on one database and fail on the other, such as one about locks, contention, the order
  of rows, or what the engine is woken by;
- ``postgres``: about PostgreSQL, and never run on SQLite;
- ``sqlite``: about SQLite, and never run on PostgreSQL.

The product runs without threads, by a clock that is held (`tests.stack`). With the mark ``engine`` it has its engine
and its script's threads, and real time.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from bridge.config import logs
from tests.browser import browser
from tests.databases import Databases, SqliteFiles
from tests.doors import close_doors
from tests.postgres.server import Postgres
from tests.routes import build_late
from tests.stack import Stack

KINDS = {"sqlite": "sqlite_files", "postgresql": "postgres"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Say on which databases a test runs, when it does not do so itself."""
    chosen = any(mark.args[0] == "databases" for mark in metafunc.definition.iter_markers("parametrize"))
    if "databases" in metafunc.fixturenames and not chosen:
        marked = {mark.name for mark in metafunc.definition.iter_markers()}
        kinds = ["sqlite"] if "sqlite" in marked else ["postgresql"] if "postgres" in marked else list(KINDS)
        metafunc.parametrize("databases", kinds, indirect=True)


def pytest_unconfigure() -> None:
    """End the servers that all tests shared."""
    close_doors()


@pytest.fixture(scope="session", autouse=True)
def _routes_are_built_late() -> None:
    """Apps start sooner."""
    build_late()


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


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Databases:
    """Databases of the kind that the test is to run on, see above."""
    found: Databases = request.getfixturevalue(KINDS[request.param])
    return found


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> bool:
    """Whether the test is marked to have the engine at work."""
    return request.node.get_closest_marker("engine") is not None


@pytest.fixture
def running(tmp_path: Path, databases: Databases, *, engine: bool) -> Iterator[Callable[..., Stack]]:
    """The product with settings of its own: ``running(create_rows=True)``, with these headers: ``header=[…]``."""
    with ExitStack() as closing:

        def start(header: list[str] | None = None, **sheet: Any) -> Stack:
            stack = closing.enter_context(Stack(tmp_path, databases, engine=engine, **sheet))
            if header:
                stack.google.book.tab("Leads").write(1, 1, [header])
            stack.settle()
            return stack

        yield start


@pytest.fixture
def stack(tmp_path: Path, databases: Databases, *, engine: bool) -> Iterator[Stack]:
    """The product, running; the sheet's script is not installed yet."""
    with Stack(tmp_path, databases, engine=engine) as running:
        yield running


@pytest.fixture
def linked(stack: Stack) -> Stack:
    """The same with one lead linked."""
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.deliver([12, "Vikram", "NEW", None])
    stack.settle()
    return stack


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser."""
    with browser.chromium() as running:
        yield running
