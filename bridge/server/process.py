"""What one process serves: the bridge and, without a bridge.toml, the local Google beside it."""

import gc
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bridge.api.events import MOST_STREAMS
from bridge.app import create_app
from bridge.config.model import Config
from bridge.errors import Permanent
from bridge.local_google.app import create_local_google
from bridge.local_google.local import LocalGoogle
from bridge.server.local_token import announce, is_token


class Served:
    """What one process serves; ``streams``: how many of the server's threads may tell pages of changes at once."""

    def __init__(self, config: Config, token: str | None, *, streams: int = MOST_STREAMS) -> None:
        google: Flask | None = None
        if config.local:
            google, config = _local_google(config, lambda given: is_token(self._runtime.database, given))
        self._local: LocalGoogle | None = google.extensions["local_google"] if google else None
        app = create_app(config)
        app.config["EVENT_STREAMS"] = streams
        self._config, self._token, self._runtime = config, token, app.extensions["bridge"]
        self.wsgi: Callable[..., Any] = DispatcherMiddleware(app, {"/local": google}) if google else app

    def start(self, *, first: bool) -> None:
        """Start engine and local scripts; requests are answered already. The ``first`` process prints the token."""
        if self._local is not None:
            try:
                self._local.scripts.run("installBridge", [self._config.connection("leads")])
            except Exception as error:
                print(f"the local sheet's script could not be installed: {error}", file=sys.stderr)
        if self._config.engine:
            self._runtime.engine.start()
        if first and self._token is not None:
            announce(self._config, self._token)
        freeze()

    def stop(self) -> None:
        """Finish running jobs. Requests are still answered: a job may need the local Google."""
        if self._local is not None:
            self._local.questions.close()  # nobody will answer them
        self._runtime.engine.stop()

    def close(self) -> None:
        """Close everything, after the last request."""
        if self._local is not None:
            self._local.scripts.stop()
        self._runtime.close()


def freeze() -> None:
    """Freeze startup objects; full collections paused requests by 100-190 ms, every 1,500 deliveries."""
    gc.collect()
    gc.freeze()


def _local_google(config: Config, token_ok: Callable[[str], bool]) -> tuple[Flask, Config]:
    url = f"http://127.0.0.1:{config.port}/local"
    try:
        google = create_local_google(config.home / "local_google", public_url=url, api_token_ok=token_ok)
    except RuntimeError as error:
        raise Permanent(str(error)) from error
    return google, config.at_local_google(dict.fromkeys(config.sheets, google.extensions["local_google"].book.id))
