"""Serve the bridge with gunicorn: requests, engine and, without a bridge.toml, the local Google.

One process does it alone. Several are kept alive by gunicorn's master, each with an engine of which one is elected.
Refuses to serve the local Google, which lives in one process, from several.
"""

import logging
import os
import socket
from collections.abc import Callable
from socket import AF_INET, AF_INET6
from typing import Any

from gunicorn import systemd
from gunicorn.app.base import BaseApplication
from gunicorn.config import Config as Settings
from gunicorn.glogging import Logger
from structlog.stdlib import get_logger

from bridge.app import open_database
from bridge.config.file import load
from bridge.config.model import Config, ConfigError
from bridge.errors import Permanent
from bridge.server.answering import Worker
from bridge.server.limits import Plan, plan, raise_descriptors, share_arenas
from bridge.server.local_token import local_token
from bridge.server.process import Served, freeze

log = get_logger(__name__)


def serve(config: Config, processes: int = 1, *, quiet: bool = False) -> None:
    """Run until interrupted; work under way is finished before a process ends. ``quiet``: make and print no token."""
    if config.local and processes > 1:
        raise Permanent("there is no bridge.toml here, and the local Google needs one process: --workers 1")
    share_arenas()
    planned = plan(raise_descriptors())
    database = open_database(config)
    token = None if quiet else local_token(database, config.home)
    database.dispose()
    Server(config, processes, token, planned).run()


class Records(Logger):
    """gunicorn's messages, handled by the root logger like any others."""

    def setup(self, cfg: Settings) -> None:
        """Leave handlers and level to it."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.NOTSET)


class Server(BaseApplication):
    """gunicorn's application: its settings, and the WSGI app, which each process makes after the fork."""

    served: Served

    def __init__(self, config: Config, processes: int, token: str | None, planned: Plan) -> None:
        self._config, self._processes, self._token, self._planned = config, processes, token, planned
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings."""
        host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
        settings = {
            "bind": f"{host}:{self._config.port}",
            "workers": self._processes,
            "worker_class": Worker,
            "threads": self._planned.threads,
            "worker_connections": self._planned.connections,
            "keepalive": 75,  # longer than a proxy does, which would else send into a closing connection
            "limit_request_line": 8190,
            "secure_scheme_headers": {},  # trusted_proxies in bridge.toml says which proxies are believed
            "forwarder_headers": "",
            "control_socket_disable": True,
            "logger_class": Records,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Callable[..., Any]:
        """The WSGI app of this process."""
        self.served = Served(self._config, self._token, streams=max(1, self._planned.threads // 3))
        return self.served.wsgi

    def reload(self) -> None:
        """SIGHUP to the master: bridge.toml as it is now, unless it has faults."""
        try:
            self._config = load()
        except ConfigError as error:
            log.error("configuration_refused", why=str(error))
        super().reload()

    def run(self) -> None:
        """Serve until told to stop."""
        freeze()
        if self._processes > 1:
            super().run()
        else:
            self._run_alone()

    def _run_alone(self) -> None:
        host, port = self._config.host, self._config.port
        try:
            listener = socket.create_server((host, port), family=AF_INET6 if ":" in host else AF_INET, backlog=2048)
        except OSError as error:
            raise Permanent(
                f"cannot listen on port {port}: {os.strerror(error.errno or 0)}. "
                "Set PORT to a free one, e.g. PORT=5002 make run"
            ) from error
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        records = Records(self.cfg)
        systemd.sd_notify("READY=1", records)
        worker = Worker(1, os.getppid(), [listener], self, 0, self.cfg, records)
        worker.init_process()
        if worker.nr_conns:  # a request outlasts the grace time, and its thread would keep the process alive
            os._exit(0)
