"""Serve the bridge in one process: web server, engine and, without a bridge.toml, the local Google."""

import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from waitress import create_server
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from bridge.app import create_app
from bridge.config.model import Config
from bridge.config.secrets import append_private
from bridge.errors import Permanent
from bridge.local_google.app import create_local_google
from bridge.local_google.local import LocalGoogle
from bridge.server import gc
from bridge.server.shutdown import drain
from task_api import tokens

THREADS = 12
SCOPES = ("tasks:read", "tasks:write", "admin")


def serve(config: Config) -> None:
    """Run until interrupted; work under way is finished before the process ends."""
    app: Flask
    google = None
    if config.local:
        google, config = _local_google(config, lambda given: is_token(app, given))
    app = create_app(config)
    token = local_token(app, config.home)
    wsgi: Callable[..., Any] = DispatcherMiddleware(app, {"/local": google}) if google else app
    local = google.extensions["local_google"] if google else None
    _listen(wsgi, config, lambda: _started(app, config, local, token), lambda: _stopped(app, local))


def _listen(wsgi: Callable[..., Any], config: Config, started: Callable[[], None], stopped: Callable[[], None]) -> None:
    try:
        server: Any = create_server(
            wsgi,
            host=config.host,
            port=config.port,
            threads=THREADS,
            ident="leadbridge",
            max_request_body_size=4 << 20,
            clear_untrusted_proxy_headers=not config.trusted_proxies,  # what is left of them, create_app reads
        )
    except OSError as error:
        sys.exit(
            f"cannot listen on port {config.port}: {error.strerror}. Set PORT to a free one, e.g. PORT=5002 make run"
        )
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=started, name="start", daemon=True).start()
    drained = threading.Thread(target=_drain, args=(stopping, stopped), name="drain")
    drained.start()
    while drained.is_alive():  # the engine's last job may still need this server
        server.asyncore.loop(timeout=0.2, map=server._map, count=1)
    drain(server)


def _drain(stopping: threading.Event, stopped: Callable[[], None]) -> None:
    stopping.wait()
    stopped()


def _local_google(config: Config, token_ok: Callable[[str], bool]) -> tuple[Flask, Config]:
    base, folder = f"http://127.0.0.1:{config.port}/local", config.home / "local_google"
    try:
        google = create_local_google(folder, public_url=base, api_token_ok=token_ok)
    except RuntimeError as error:
        raise Permanent(str(error)) from error
    spreadsheet = google.extensions["local_google"].book.id
    sheets = {key: replace(sheet, spreadsheet=spreadsheet) for key, sheet in config.sheets.items()}
    return google, replace(config, sheets=sheets, google_url=base, credentials=folder / "service_account.json")


def _started(app: Flask, config: Config, local: LocalGoogle | None, token: str) -> None:
    if local is not None:
        try:
            local.scripts.run("installBridge", [config.connection("leads")])
        except Exception as error:
            print(f"the local sheet's script could not be installed: {error}", file=sys.stderr)
    if config.engine:
        app.extensions["engine"].start()
    _announce(config, token)
    gc.freeze()


def _stopped(app: Flask, local: LocalGoogle | None) -> None:
    """Finish the work under way; requests are still answered meanwhile."""
    if local is not None:
        local.questions.close()  # nobody answers them any more
    app.extensions["engine"].stop()
    app.extensions["bridge"].close()
    if local is not None:
        local.scripts.stop()


def _announce(config: Config, token: str) -> None:
    url = f"http://127.0.0.1:{config.port}"
    spreadsheets = ",".join(sheet.spreadsheet for sheet in config.sheets.values())
    json_type = "Content-Type: application/json"
    bearer = f"Authorization: Bearer {token}"
    print(f"""
  page    {url}/#token={token}
  token   {token}

  curl -H '{bearer}' {url}/tasks
  curl -X PATCH -H '{bearer}' -H '{json_type}' -d '{{"status":"DONE"}}' {url}/tasks/1
""")
    if config.local:
        edit = '{"range":"Leads!A2:C2","values":[["12","Vikram","NEW"]]}'
        print(f"  curl -X POST -H '{json_type}' -d '{edit}' {url}/local/edit\n")
    print(f"ready url={url} token={token} spreadsheet={spreadsheets}", flush=True)


def local_token(app: Flask, home: Path) -> str:
    """The token for this machine, made on the first start and again when revoked; kept in ``home/token``, mode 0600."""
    path = home / "token"
    kept = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if kept and is_token(app, kept):
        return kept
    with app.extensions["bridge"].writing() as session:
        tokens.revoke(session, "local")
        token = tokens.issue(session, "local", SCOPES)
        session.commit()
    path.unlink(missing_ok=True)
    append_private(path, token + "\n")
    return token


def is_token(app: Flask, given: str) -> bool:
    """True when this is a live token of the API."""
    with app.extensions["bridge"].session() as session:
        return tokens.verify(session, given) is not None
