"""A pytest plugin: which tests are the fast tier, where their files lie, how long properties are searched.

The fast tier is what is not marked ``full``. In folders whose tests start processes or browsers every test is ``full``
but those marked ``fast``; elsewhere a test that runs on both databases is ``full`` on PostgreSQL, unless marked ``both``.
"""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

FULL_FOLDERS = ("benchmarks", "browser", "process", "prove", "typecheck")
MEMORY = Path("/dev/shm")
ENOUGH = 2 * 2**30
"""Bytes free: a test leaves a folder only if it fails, but many run before a machine is cleaned up."""

settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("full", max_examples=150, deadline=None)
settings.load_profile("fast")


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room. Nothing loses power here, and SQLite waits for the disk at
    each commit: some 5 ms.
    """
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as ``full`` what only ``make test-all`` runs, see above."""
    for item in items:
        if _again_on_postgresql(item) or (item.path.parent.name in FULL_FOLDERS and not _marked(item, "fast")):
            item.add_marker("full")


def _again_on_postgresql(item: pytest.Item) -> bool:
    """True for the second run of a test that says nothing about a database in particular."""
    call = getattr(item, "callspec", None)
    on_postgresql = call is not None and call.params.get("databases") == "postgresql"
    return on_postgresql and not (_marked(item, "both") or _marked(item, "postgres"))


def _marked(item: pytest.Item, name: str) -> bool:
    return item.get_closest_marker(name) is not None
