"""The first start, with nothing there but the code: what it prints works as it stands."""

import shlex

import pytest
import requests

from tests.process.process import Local
from tests.stack import eventually

pytestmark = pytest.mark.fast


def curl(line):
    """What curl would be answered: the few options that the printed lines have."""
    words = iter(shlex.split(line)[1:])
    method, headers, data, url = "GET", {}, None, ""
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                data = next(words)
            case _:
                url = word
    return requests.request(method, url, headers=headers, data=data, timeout=60)


def test_the_printed_lines_move_a_lead_both_ways_and_sigterm_ends_it(tmp_path):
    with Local(tmp_path) as bridge:
        look, patch, edit = (line for line in bridge.said if line.lstrip().startswith("curl "))
        assert curl(look).json() == []
        assert curl(edit).status_code == 200
        (task,) = eventually(lambda: curl(look).json(), "a task for the edited row")
        assert (task["lead_id"], task["title"], task["status"]) == ("12", "Follow up: Vikram", "TODO")
        assert curl(patch).json()["status"] == "DONE"
        eventually(lambda: "QUALIFIED" in requests.get(f"{bridge.url}/local/grid", timeout=60).text, "the cell follows")
        assert bridge.stop() == 0
