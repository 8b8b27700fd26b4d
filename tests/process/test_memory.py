"""A process that serves has told Python's collector to pass over what it is made of."""

import gc
from dataclasses import replace

import pytest

from bridge.server.process import Served

pytestmark = pytest.mark.sqlite


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("thawed")
def test_what_a_started_process_is_made_of_is_looked_at_no_more(stack):
    assert gc.get_freeze_count() == 0
    served = Served(replace(stack.config, engine=False), None)
    served.start(first=True)
    assert gc.get_freeze_count() > len(gc.get_objects())
    served.close()
