"""Whether a cell shows what a write put somewhere: a tick is no number."""

import pytest

from bridge.core.values import Cell
from bridge.store.in_flight_writes import shows
from bridge.store.models import InFlightWrite


@pytest.mark.parametrize("entered", [True, False, 1, 0, 1.0, "1", ""])
@pytest.mark.parametrize("value", [True, False, 1, 0.0, "1", ""])
def test_a_cell_shows_a_write_of_its_own_kind_only(value, entered):
    equal = (isinstance(value, bool), value) == (isinstance(entered, bool), entered)
    assert shows(Cell(value, str(value)), InFlightWrite(entered=entered)) is equal
