"""The lease of a job whose process has died is taken at once; that of a job at work, or on another machine, is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.store.unit_of_work import let_go
from bridge.worker.job import LostLease, begin, end
from bridge.worker.run import due


def as_it_dies(job):
    """The kernel closes the files of a process that is killed; nothing else happens."""
    let_go(job.file)


@pytest.fixture
def quiet(stack):
    stack.settle()
    return stack


@pytest.mark.both
def test_the_lease_of_a_dead_process_is_taken_at_once_and_fences_it(quiet):
    dead = begin(quiet.runtime, "leads")
    as_it_dies(dead)
    job = begin(quiet.runtime, "leads")
    assert job.token > dead.token
    with pytest.raises(LostLease):
        dead.writing()
    end(job)


@pytest.mark.both
def test_a_dead_processs_sheet_is_due_at_once(quiet):
    as_it_dies(begin(quiet.runtime, "leads"))
    quiet.edit("A2:C2", [1, "Ann", "NEW"])
    quiet.deliver([1, "Ann", "NEW", None])
    began = quiet.runtime.now()
    quiet.settle()
    assert quiet.cell("D2") == 1
    assert quiet.runtime.now() - began < timedelta(seconds=5)


@pytest.mark.both
def test_a_job_at_work_keeps_its_sheet_and_is_looked_at_soon(quiet):
    job = begin(quiet.runtime, "leads")
    quiet.deliver([1, "Ann", "NEW", None])
    assert begin(quiet.runtime, "leads") is None
    assert timedelta() < due(quiet.runtime)[0].at - quiet.runtime.now() <= timedelta(seconds=2)
    end(job)


@pytest.mark.both
def test_another_machine_waits_until_the_lease_ends(quiet, tmp_path):
    as_it_dies(begin(quiet.runtime, "leads"))
    here, elsewhere = quiet.runtime.config, tmp_path / "elsewhere"
    elsewhere.mkdir()
    quiet.runtime.config = replace(here, home=elsewhere)
    assert begin(quiet.runtime, "leads") is None
    quiet.clock.advance(here.lease.total_seconds() + 1)
    job = begin(quiet.runtime, "leads")
    assert job is not None
    end(job)
