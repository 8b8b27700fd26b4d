"""The benchmarks' own parts still fit the bridge: each does a little of what it measures. No figure is judged."""

from pathlib import Path
from typing import Any

from tests.benchmarks import floor, sweep
from tests.benchmarks.inside import Inside


class Database:
    """One of the tests' databases, as the benchmarks ask for one."""

    name = "test"

    def __init__(self, databases: Any) -> None:
        self._databases = databases
        self._url = ""

    def url(self, home: Path) -> str:
        self._url = self._url or self._databases.new(home)
        return self._url


def test_the_bridge_inside_takes_deliveries_and_patches_and_writes_them(tmp_path, databases):
    bed = Inside(Database(databases), tmp_path, leads=60)
    try:
        for leads in [1], range(2, 52):
            assert bed.deliver(leads) > 0
        assert bed.patch(1) > 0
        assert bed.flush() > 0
    finally:
        bed.close()


def test_the_driver_alone_writes_what_a_delivery_writes(tmp_path, databases):
    assert floor.rate(Database(databases), tmp_path, rows=3, deliveries=4) > 0


def test_a_sweep_of_a_sheet_that_agrees_finds_every_row(tmp_path):
    sweep.prepare(tmp_path, 20)
    swept = sweep.measure(tmp_path, 20)
    assert (swept.agree, swept.reads) == (20, 1)
