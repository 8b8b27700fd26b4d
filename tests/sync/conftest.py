"""The command line in the test's own process."""

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from bridge.cli.main import cli
from tests.stack import Stack


@pytest.fixture
def leadbridge(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``leadbridge(*words)`` beside the running bridge, with its configuration."""
    monkeypatch.setattr("bridge.cli.context.read", lambda: stack.config)
    return lambda *words: CliRunner().invoke(cli, words, prog_name="leadbridge", catch_exceptions=False)
