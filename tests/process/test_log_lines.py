"""The log of a process, as JSON lines on stderr."""

import itertools
import json
import sys

from tests.process.process import Process
from tests.process.test_killed import deliver
from tests.stack import eventually


class Talking(Process):
    """The bridge, which logs every event as JSON lines."""

    def command(self):
        return [sys.executable, "-m", "bridge", "--verbose", "--log-format", "json", "run"]

    def lines(self):
        """Every line so far; the last one may still be half written."""
        text = (self.folder / "log").read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def written(self, count):
        """The row_written events, once there are so many."""
        return eventually(
            lambda: (found := [line for line in self.lines() if line["event"] == "row_written"])[count - 1 :] and found
        )


def test_a_process_logs_its_events_as_json_lines(tmp_path):
    process = Talking(tmp_path)
    with (tmp_path / "log").open("w") as process.errors, process:
        process.google.person.edit("A2:C2", [[12, "Vikram Rao", "NEW"]])
        deliver(process, [2], itertools.count(1))
        (row,) = process.written(1)
    assert (row["sheet"], row["row"], row["fields"]) == ("leads", 2, "task_id")
