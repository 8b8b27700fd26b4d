"""Tests of whole processes, which work in real time."""

import pytest


@pytest.fixture
def engine() -> bool:
    """The engine and the script's threads work."""
    return True
