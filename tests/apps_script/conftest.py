"""The real files of apps_script/ in a real sheet, and somebody to receive what they send."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from bridge.local_google.api.trouble import Trouble
from bridge.local_google.app import SCRIPT_FILES
from bridge.local_google.person.person import Person
from bridge.local_google.script.host import Scripts
from bridge.local_google.sheet.book import Book
from bridge.local_google.sheet.cells import Cell
from bridge.local_google.sheet.grid import Grid
from bridge.local_google.sheet.snapshot import Snapshot
from bridge.local_google.sheet.store import Store

SECRET = "whsec_" + "bGVhZHMgYW5kIHRhc2tzLCBib3RoIHdheXM="
HEADER = ("id", "name", "status", "task_id")
SETTINGS = {"columns": list(HEADER), "id": "id", "assign_ids": False}


class Server(ThreadingHTTPServer):
    """Says nothing when a client has not waited for the answer."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass


class Receiver:
    """Takes deliveries as the bridge does, verified by the reference implementation; answers what it is told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.settings: dict[str, Any] | None = SETTINGS
        self.outcomes: list[dict[str, Any]] = []
        self.status = 200
        self.detail = ""
        self.problem: str | None = None
        self.before_answer: Callable[[dict[str, Any]], None] = lambda _: None
        self._port = 0
        self.up()

    @property
    def connection(self) -> str:
        """The connection string a person pastes."""
        return f"http://127.0.0.1:{self._port}/hooks/sheets/leads#{SECRET}"

    def up(self) -> None:
        """Listen, always on the same port."""
        self._server = Server(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections."""
        self._server.shutdown()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        """One delivery: its status and answer."""
        try:
            message = Webhook(SECRET).verify(body, headers)
        except WebhookVerificationError:
            return 401, {"detail": "signature mismatch", "code": "signature_wrong"}
        self.before_answer(message)
        if self.status != 200:
            return self.status, {"detail": self.detail}
        self.taken.append(message)
        said = {"outcomes": self.outcomes, "settings": self.settings, "problem": self.problem}
        return 200, {"delivery": headers["webhook-id"], **said}

    def kinds(self) -> list[str]:
        """The types of what was taken but heartbeats: the five-minute trigger may fire beside the one that tries again."""
        return [message["type"] for message in self.taken if message["type"] != "heartbeat"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """What was taken of one type."""
        return [message for message in self.taken if message["type"] == kind]

    def rows(self) -> list[tuple[int, list[Any]]]:
        """All rows taken, as (number, cells)."""
        return [(row["row"], row["cells"]) for message in self.of("rows") for row in message["rows"]]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.paths.append(self.path)
                body = self.rfile.read(int(self.headers["content-length"]))
                status, answer = receiver.take({key.lower(): value for key, value in self.headers.items()}, body)
                sent = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


class Sheet:
    """A sheet of leads with its script, as the person at it has it."""

    def __init__(self, folder: Path, receiver: Receiver, files: Path = SCRIPT_FILES) -> None:
        self.receiver = receiver
        self.store = Store(folder / "google.db")
        first = Grid(0, "Leads", rows=(tuple(Cell(name) for name in HEADER),))
        self.book = self.store.open_book(Book("1" * 44, Snapshot("Leads", (first,))), time.time_ns() // 1_000_000)
        self.trouble = Trouble(self.book)
        self.person = Person(self.book, self.trouble)
        self.scripts = Scripts(self.book, self.store, self.trouble, files)
        self.person.on_event.append(self.scripts.handle)

    def close(self) -> None:
        """Leave it."""
        self.scripts.stop()
        self.store.close()

    def install(self) -> str:
        """Install the bridge; its answer in words."""
        return self.scripts.run("installBridge", [self.receiver.connection])["result"]

    def edit(self, where: str, *rows: list[Any]) -> None:
        """Type or paste, and wait until the script has done its part."""
        self.person.edit(where, [list(row) for row in rows])
        self.idle()

    def clock(self) -> None:
        """Five minutes pass."""
        self.scripts.fire_clock()
        self.idle()

    def idle(self) -> None:
        """Wait until no handler runs; none may have failed."""
        assert self.scripts.wait_idle(60)
        assert [run["error"] for run in self.scripts.executions() if "error" in run and run["mode"] == "trigger"] == []

    def calls(self) -> dict[str, int]:
        """What the last edit's execution asked of Google, and how often."""
        return next(run["calls"] for run in self.scripts.executions() if run["function"] == "bridgeEdited")

    def cell(self, name: str) -> Any:
        """What a cell holds."""
        return self.book.tab("Leads").values(int(name[1:]), ord(name[0]) - 64)[0][0]

    def properties(self) -> dict[str, str]:
        """The script's properties."""
        return self.store.load("properties:script")

    def unsent(self) -> list[list[str] | None]:
        """The leads of each unsent note; None: everything."""
        texts = {key: text for key, text in self.properties().items() if key.startswith("BRIDGE_0_UNSENT_")}
        return [json.loads(texts[key])["ids"] for key in sorted(texts)]

    def toasts(self) -> list[str]:
        """What was shown in the corner of the sheet."""
        return [toast.text for toast in self.book.toasts]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.down()


@pytest.fixture
def bare(tmp_path: Path, receiver: Receiver) -> Iterator[Sheet]:
    """A sheet where the bridge is not installed yet."""
    sheet = Sheet(tmp_path, receiver)
    yield sheet
    sheet.close()


@pytest.fixture
def sheet(bare: Sheet) -> Sheet:
    """A sheet where the bridge is installed; what the installation sent is forgotten."""
    bare.install()
    bare.receiver.taken.clear()
    return bare
