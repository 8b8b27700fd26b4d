"""A browser waits in real time, so what it looks at works in real time."""

import pytest


@pytest.fixture
def engine() -> bool:
    """The engine and the script's threads work."""
    return True
