"""A Flask route that does nothing, under the server that serves the bridge: the floor every request stands on."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask

from bridge.config.model import Config
from bridge.server.serve import Server

app = Flask(__name__)


@app.post("/")
def empty() -> str:
    """Nothing."""
    return ""


class Empty(Server):
    """The server without the bridge."""

    def load(self) -> Any:
        """The route, and nothing to start or stop."""
        self.served = SimpleNamespace(start=lambda **_: None, stop=lambda: None, close=lambda: None)  # type: ignore[assignment]
        return app


if __name__ == "__main__":
    Empty(Config(Path(), {}, port=int(sys.argv[1])), 1, None).run()
