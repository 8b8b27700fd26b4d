"""The bridge in two worker processes, as the systemd unit and the image start it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import requests

from tests.process.process import Process
from tests.stack import eventually


class Workers(Process):
    """Two workers, every event in a file; and how many calls the sheet's server had under way at once."""

    def __init__(self, folder: Path, settings: str = "") -> None:
        super().__init__(folder, settings)
        self._counting = threading.Lock()
        self._under_way, self.most_at_once, self.calls = 0, 0, 0

    def command(self) -> list[str]:
        return [sys.executable, "-m", "bridge", "--verbose", "run", "--quiet"]

    def environ(self) -> dict[str, str]:
        return super().environ() | {"WEB_CONCURRENCY": "2"}

    def google_wsgi(self, environ: Any, start_response: Any) -> Any:
        if "/v4/" not in environ["PATH_INFO"]:
            return super().google_wsgi(environ, start_response)
        self._count(1)
        try:
            return super().google_wsgi(environ, start_response)
        finally:
            self._count(-1)

    def start(self) -> None:
        self.process = subprocess.Popen(self.command(), cwd=self.folder, env=self.surroundings(), stderr=self.errors)
        eventually(self.ready, "ready")
        self.token = self.token or self.cli("token", "create", "test").strip().splitlines()[-1].split()[-1]

    def ready(self) -> bool:
        """True once /readyz says so."""
        try:
            return requests.get(f"{self.url}/readyz", timeout=60).status_code == 200
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """SIGKILL to the master and, as it cannot do so itself, to its workers."""
        if self.process is None or self.process.poll() is not None:
            return
        workers = self.workers()
        super().kill()
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

    def workers(self) -> list[int]:
        """The worker processes that live now."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text(encoding="ascii").split()]

    def cli(self, *arguments: str) -> str:
        """What a command beside it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "bridge", *arguments], cwd=self.folder, env=self.surroundings(),
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _count(self, more: int) -> None:
        with self._counting:
            self._under_way += more
            self.calls += more > 0
            self.most_at_once = max(self.most_at_once, self._under_way)
