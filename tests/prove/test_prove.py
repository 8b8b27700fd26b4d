"""A short run of the proof, always the same worlds; ``make prove`` plays others each time, and long."""

import logging

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.databases import Databases
from tests.prove.machine import machine
from tests.prove.mutate import ROOT
from tests.prove.mutations import MUTATIONS


@pytest.mark.timeout(300)
def test_every_guarantee_holds_in_a_few_worlds(databases: Databases) -> None:
    logging.getLogger("bridge").setLevel(logging.CRITICAL)
    run = machine(databases, examples=6, steps=25)
    run_state_machine_as_test(run, settings=settings(run.TestCase.settings, derandomize=True))


@pytest.mark.fast
def test_every_protection_that_make_mutate_removes_is_still_where_it_looks_for_it():
    for one in MUTATIONS:
        assert (ROOT / one.path).read_text(encoding="utf-8").count(one.old) == 1, one.guarantee
        for guard in one.guard.split():
            file, _, test = guard.partition("::")
            assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), one.guarantee
