"""A short run of the proof; ``make prove`` runs it long."""

import logging
from pathlib import Path

import pytest
from hypothesis.stateful import run_state_machine_as_test

from tests.prove.machine import machine


@pytest.mark.timeout(300)
def test_every_guarantee_holds_in_a_few_worlds(migrated: Path) -> None:
    logging.getLogger("bridge").setLevel(logging.CRITICAL)
    run = machine(migrated, examples=8, steps=30)
    run_state_machine_as_test(run, settings=run.TestCase.settings)
