"""``leadbridge connect``: from a sheet's address to a bridge that hears of it, as a stranger at a terminal does it."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bridge.cli.connect import propose
from bridge.cli.connect.ask import google_of
from bridge.config.file import load
from bridge.config.model import GOOGLE
from bridge.config.sheets import spreadsheet_id
from tests.process.process import Process
from tests.stack import eventually

HEADER = ["Lead ID", "Customer", "Stage", "task_id", "phone"]
KEY = "google/service_account.json"
ALIASES = ("--column", "id=Lead ID", "--column", "status=Stage")
MAPPED = (*ALIASES, "--column", "name=Customer", "--status", "WON=DONE")


class Newcomer(Process):
    """A folder with nothing but the key; the local Google plays Google."""

    def __enter__(self) -> "Newcomer":
        self.prepare()
        (self.folder / "bridge.toml").unlink()
        tab = self.google.book.tab("Leads")
        tab.write(1, 1, [HEADER, ["1", "Ann", "WON"], ["2", "Bob", "NEW"], ["3", "Cyd", "WON"]])
        return self

    def environ(self) -> dict[str, str]:
        """No secret: the wizard makes one."""
        return {}

    @property
    def address(self) -> str:
        """The sheet's, as a browser shows it."""
        return f"{self.google_url}/spreadsheets/d/{self.google.book.id}/edit#gid=0"

    def command_line(self, *arguments: str) -> list[str]:
        """The wizard's."""
        return [sys.executable, "-m", "bridge", "connect", self.address, *arguments]

    def connect(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the wizard to its end."""
        command = self.command_line("--credentials", KEY, "--yes", "--wait", "0", *arguments)
        environ = self.surroundings()
        return subprocess.run(
            command, cwd=self.folder, env=environ, capture_output=True, text=True, timeout=60, check=False
        )

    @property
    def file(self) -> Path:
        """What the wizard writes."""
        return self.folder / "bridge.toml"

    def config(self):
        """The configuration, read as the bridge does."""
        return load(self.surroundings(), self.folder)


@pytest.mark.parametrize(
    ("address", "google"),
    [
        ("https://docs.google.com/spreadsheets/d/1abcdef/edit#gid=0", GOOGLE),
        ("1abcdef", GOOGLE),
        ("http://127.0.0.1:5001/local/spreadsheets/d/1abcdef/edit", "http://127.0.0.1:5001/local"),
        ("http://localhost:5002/spreadsheets/d/1abcdef", "http://localhost:5002"),
        ("http://example.org/spreadsheets/d/1abcdef", GOOGLE),  # the key's signature goes to no stranger
    ],
)
def test_the_address_says_whose_sheet_it_is(address, google):
    assert (google_of(address), spreadsheet_id(address)) == (google, "1abcdef")


@pytest.fixture
def newcomer(tmp_path):
    with Newcomer(tmp_path) as process:
        yield process


@pytest.mark.fast
def test_flags_alone_make_a_configuration_that_syncs(newcomer):
    done = newcomer.connect(*MAPPED)
    assert done.returncode == 0, done.stderr
    sheet = newcomer.config().sheets["leads"]
    assert sheet.mapping.by_field["name"].headers == ("Customer",)
    assert sheet.mapping.statuses.task_status("WON") == "DONE"
    assert newcomer.config().connection("leads") in done.stdout
    newcomer.start()
    eventually(lambda: len(newcomer.api("GET", "/tasks").json()) == 3)
    assert {task["status"] for task in newcomer.api("GET", "/tasks").json()} == {"DONE", "TODO"}
    newcomer.api("PATCH", "/tasks/2", status="DONE")  # Bob has never been anything but NEW
    eventually(lambda: newcomer.google.book.tab("Leads").values(3, 3)[0][0] == "WON", "in the sheet's own word")


def test_an_alias_is_never_taken_silently_and_stays_the_persons_own(newcomer):
    header = ["id", "name", "status", "Task", "Bridge"]
    newcomer.google.book.tab("Leads").write(1, 1, [header, ["1", "Ann", "NEW", "Call back", "Golden Gate"]])
    newcomer.google.book.tab("Leads").write(3, 1, [[""] * 5, [""] * 5])
    done = newcomer.connect()
    assert (done.returncode, "--column 'task_id=Task'" in done.stdout) == (0, True), done.stderr
    columns = newcomer.config().sheets["leads"].mapping.by_field
    assert [columns[name].headers for name in ("task_id", "sync")] == [("task_id",), ("sync",)]
    newcomer.start()
    eventually(lambda: len(newcomer.api("GET", "/tasks").json()) == 1)
    newcomer.api("PATCH", "/tasks/1", status="DONE")
    eventually(lambda: newcomer.google.book.tab("Leads").values(2, 3)[0][0] == "QUALIFIED")
    assert newcomer.google.book.tab("Leads").values(2, 4, 1, 2) == [["Call back", "Golden Gate"]]


def test_a_column_for_the_bridge_that_holds_other_things_is_told(newcomer):
    header = ["id", "name", "status", "task_id", "sync"]
    newcomer.google.book.tab("Leads").write(1, 1, [header, ["1", "Ann", "NEW", "Call back", "Golden Gate"]])
    done = newcomer.connect("--status", "WON=DONE")
    assert "task_id: the column 'task_id' holds other things than the bridge writes there, in 1 row:" in done.stdout
    assert "sync: the column 'sync' holds other things" in done.stdout


def test_words_that_say_what_they_mean_are_proposed_and_come_back_as_the_sheet_spells_them(newcomer):
    tab = newcomer.google.book.tab("Leads")
    tab.write(2, 3, [["In progress"], ["to do"], ["Fresh"]])
    done = newcomer.connect(*ALIASES, "--column", "name=Customer")
    assert "'Fresh' (1 row) is no known status" in done.stdout
    statuses = newcomer.config().sheets["leads"].mapping.statuses
    assert [statuses.task_status(word) for word in ("In progress", "to do")] == ["IN_PROGRESS", "TODO"]
    assert dict(statuses.back) == {"TODO": "to do", "IN_PROGRESS": "In progress", "DONE": "QUALIFIED"}


def test_a_sheet_that_is_not_shared_says_with_whom_to_share_it_and_writes_nothing(newcomer):
    newcomer.google.trouble.unshared = True
    done = newcomer.connect(*MAPPED)
    assert (done.returncode, newcomer.file.exists()) == (1, False)
    assert "share it with" in done.stderr
    assert "gserviceaccount.com" in done.stdout


def test_no_task_that_is_done_makes_a_lead_lost_unless_somebody_says_so():
    table = propose.settings("s", "Leads", {}, {"In progress": "IN_PROGRESS"}, {"Lost": 9, "In progress": 1})
    assert table["back"] == {"TODO": "NEW", "IN_PROGRESS": "In progress", "DONE": "QUALIFIED"}
    table = propose.settings("s", "Leads", {}, {"Lost": "DONE", "Won": "DONE"}, {"Lost": 9, "Won": 1})
    assert table["back"] == {"TODO": "NEW", "IN_PROGRESS": "CONTACTED", "DONE": "Won"}
    assert table["statuses"] == {
        "NEW": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "Lost": "DONE", "Won": "DONE"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--tab", "Nope"), "there is no tab 'Nope'; there is Leads"),
        ((), "'Lead ID' may be the id: say so with --column 'id=Lead ID', or head the right column 'id'"),
        (ALIASES, "no column for name: give one cell of the first row the text 'name'"),
        (("--column", "nonsense"), "'nonsense' is not FIELD=HEADER"),
        (("--column", "phone=Customer"), "'phone' is no field; use one of id, name"),
        ((*ALIASES, "--column", "name=Nope"), "no column is headed 'Nope'"),
        (("--status", "WON=FINISHED"), "'FINISHED' is no task status; use one of TODO, IN_PROGRESS, DONE"),
        ((*MAPPED, "--key", "My Leads"), "a sheet's key is part of an address"),
        (("--credentials", "nowhere.json"), "key nowhere.json cannot be used: [Errno 2] No such file"),
        (("--credentials", "notes.txt"), "key notes.txt cannot be used: Expecting value: line 1"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
def test_a_wrong_answer_is_told_and_nothing_is_written(newcomer, arguments, said):
    (newcomer.folder / "notes.txt").write_text("hello")
    done = newcomer.connect(*arguments)
    assert done.returncode != 0
    assert said in done.stderr
    assert sorted(path.name for path in newcomer.folder.glob("bridge.toml*")) == []


def test_a_second_sheet_joins_the_first_and_the_same_key_is_refused(newcomer):
    assert newcomer.connect(*MAPPED).returncode == 0
    before = newcomer.file.read_text()
    again = newcomer.connect(*MAPPED)
    assert again.returncode != 0
    assert "stays as it was" in again.stderr
    assert newcomer.file.read_text() == before


def test_what_stands_in_the_file_stays_with_its_comments(newcomer):
    assert newcomer.connect(*MAPPED).returncode == 0
    mine = (
        newcomer.file.read_text()
        + '\n# of another project\n[sheets.old]   # asked for by Eve\nspreadsheet = "1AbCdEfGh"\n'
    )
    newcomer.file.write_text(mine)
    assert newcomer.connect(*MAPPED, "--key", "more", "--tab", "Leads").returncode != 0, "one tab, two sheets"
    newcomer.file.write_text(mine.replace('tab = "Leads"', 'tab = "Other"'))
    assert newcomer.connect(*MAPPED, "--key", "more").returncode == 0
    text = newcomer.file.read_text()
    assert text.startswith(mine.replace('tab = "Leads"', 'tab = "Other"'))
    assert list(newcomer.config().sheets) == ["leads", "old", "more"]


def test_a_person_at_a_terminal_is_asked_and_then_connected(newcomer):
    """Shares the sheet when told to, says which column is the name and what a word means, installs the script."""
    newcomer.google.trouble.unshared = True
    terminal, other = pty.openpty()
    command = newcomer.command_line("--wait", "60")
    process = subprocess.Popen(command, cwd=newcomer.folder, env=newcomer.surroundings() | {"TERM": "dumb"},
                               stdin=other, stdout=other, stderr=other)  # fmt: skip
    os.close(other)
    said = Conversation(terminal)
    said.answer("JSON key", KEY)
    said.until("Press Enter to try again")
    newcomer.google.trouble.unshared = False
    os.write(terminal, b"\n")
    said.answer("Is 'Lead ID' the id", "y")
    said.answer("Is 'Stage' the status", "")
    said.answer("Which column is the name", "Customer")
    said.answer("What does 'WON' (2 rows) mean", "DONE")
    said.answer("Where does Google reach this machine", newcomer.url)
    said.until("Waiting for the sheet's script")
    newcomer.start()
    newcomer.google.scripts.run("installBridge", [newcomer.config().connection("leads")])
    said.until("connected: edits of the sheet reach the bridge")
    assert process.wait(20) == 0
    os.close(terminal)


class Conversation:
    """What stands on a terminal, read as it comes."""

    def __init__(self, terminal: int) -> None:
        self._terminal, self._said = terminal, ""

    def until(self, words: str) -> None:
        """Wait until this is said."""
        ends = time.monotonic() + 60
        while words not in self._said:
            assert time.monotonic() < ends, self._said
            if select.select([self._terminal], [], [], 0.5)[0]:
                self._said += os.read(self._terminal, 10_000).decode(errors="replace").replace("\r\n", "\n")
        self._said = self._said.partition(words)[2]

    def answer(self, words: str, answer: str) -> None:
        """Wait for the question, then type."""
        self.until(words)
        os.write(self._terminal, answer.encode() + b"\n")
