"""The bridge as a process of its own, to be killed and started again; the sheet outlives it."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import requests

from bridge.local_google.app import create_local_google
from tests.doors import served
from tests.local_google.witness import Witness
from tests.stack import SECRET, eventually

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port nobody listens on, out of those that no outgoing connection is given meanwhile."""
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """``leadbridge run`` with a bridge.toml that names a sheet of a local Google in the test's own process, and has
    these settings of the bridge.
    """

    def __init__(self, folder: Path, settings: str = "") -> None:
        self.folder, self._settings = folder, settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None
        self.token = ""
        self.errors: IO[str] | None = None
        self.said: list[str] = []

    def __enter__(self) -> "Process":
        self.prepare()
        self.start()
        return self

    def prepare(self) -> None:
        """Serve the sheet and write bridge.toml."""
        self._server = served(lambda *request: self.google_wsgi(*request))
        google_url = self.google_url = self._server.__enter__()
        self._google_app = create_local_google(self.folder / "google", public_url=google_url)
        self.google = self._google_app.extensions["local_google"]
        self._witness = Witness(self._google_app, strict=True)
        (self.folder / "bridge.toml").write_text(
            f"[bridge]\n{self._settings}\n"
            f'[google]\nbase_url = "{google_url}"\ncredentials = "google/service_account.json"\n'
            f'[sheets.leads]\nspreadsheet = "{self.google.book.id}"\n'
        )

    def __exit__(self, failed: object, *_: object) -> None:
        self.kill()
        self.google.stop()
        self._server.__exit__(None, None, None)
        if not failed:
            self._witness.testify()

    def google_wsgi(self, environ: Any, start_response: Any) -> Any:
        """The sheet's server, seen by a witness."""
        return self._witness(environ, start_response)

    def command(self) -> list[str]:
        """What is started."""
        return [sys.executable, "-m", "bridge", "run"]

    def environ(self) -> dict[str, str]:
        """What else it is started with."""
        return {"LEADBRIDGE_SECRET_LEADS": SECRET}

    def start(self) -> None:
        """Start it and wait for its ready line."""
        self.process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            env=self.surroundings(),
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("ready "):
                self.token = dict(part.split("=", 1) for part in line.split()[1:])["token"]
                return
        raise AssertionError(f"it did not start: {self.process.wait()}")

    def secret(self) -> str:
        """What the sheet's script signs with."""
        return self.environ()["LEADBRIDGE_SECRET_LEADS"]

    def surroundings(self) -> dict[str, str]:
        """Every environment variable it sees."""
        mine = {"PORT": str(self.port), "LEADBRIDGE_HOME": "home", "PYTHONPATH": str(ROOT)}
        return os.environ | mine | self.environ()

    def kill(self) -> None:
        """SIGKILL: no instruction more."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdout is not None:
                self.process.stdout.close()

    def stop(self) -> int:
        """SIGTERM, as a service manager does; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def api(self, method: str, path: str, **fields: Any) -> requests.Response:
        """One API call; repeated while the process is away, as any client would."""
        until = time.monotonic() + 60
        while True:
            try:
                return requests.request(
                    method,
                    self.url + path,
                    json=fields or None,
                    headers={"Authorization": f"Bearer {self.token}"},
                    timeout=10,
                )
            except requests.RequestException:
                if time.monotonic() > until:
                    raise
                time.sleep(random.uniform(0.01, 0.1))

    def equal(self, meant: dict[str, str]) -> bool:
        """True when every row says what its task says, one task each. ``meant``: lead word → task status."""
        rows = [row for row in self.google.book.tab("Leads").values(2, 1, 200, 4) if row[0]]
        tasks = {str(task["lead_id"]): task for task in self.api("GET", "/tasks").json()}
        return len(rows) == len(tasks) and all(
            (task := tasks.get(str(row[0]))) and meant[row[2]] == task["status"] and row[3] == task["id"]
            for row in rows
        )


class Local(Process):
    """``leadbridge run`` as a newcomer starts it: no bridge.toml, the local Google inside."""

    def __enter__(self) -> "Local":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def environ(self) -> dict[str, str]:
        """Nothing but the defaults."""
        return {}


def until_equal(process: Process, meant: dict[str, str], seconds: float = 30) -> None:
    """Wait until both sides are equal; fails showing both."""

    def both() -> Any:
        if process.equal(meant):
            return True
        return None

    try:
        eventually(both, "both sides equal", seconds)
    except AssertionError as error:
        rows = process.google.book.tab("Leads").values(2, 1, 30, 4)
        raise AssertionError(f"{error}\nsheet {rows}\ntasks {process.api('GET', '/tasks').json()}") from None
