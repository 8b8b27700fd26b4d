"""What the bridge's parts share: configuration, database, clock, and the way to wake the engine. Decides nothing."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bridge.budget import account_of
from bridge.config import Config
from bridge.core.retry import Pace
from task_api.db import begin_write

if TYPE_CHECKING:
    from bridge.google import Google
    from bridge.sheets import Sheet


@dataclass
class Runtime:
    """One running bridge. ``wake(sheet key, at)`` tells the engine that a lane may have work then, or (None) at once;
    ``defer(session, {key: at})`` that lanes will, when this transaction has committed; losing one costs latency, never
    data. ``pace``: how fast each Google account may be used.
    """

    config: Config
    database: Engine
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    wake: Callable[[str, datetime | None], None] = lambda _key, _at: None
    defer: Callable[[Session, Mapping[str, datetime | None]], None] = lambda _session, _lanes: None
    pace: Pace = field(init=False)
    sheets: dict[str, "Sheet"] = field(default_factory=dict)
    _googles: dict[Path, "Google"] = field(default_factory=dict)
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.pace = Pace.of(self.config.calls_per_minute)

    def sheet(self, key: str) -> "Sheet":
        """The opened sheet of a lane, by the key file as it is now. gspread is imported on first use: it costs 0.4 s
        that the start need not wait for.
        """
        with self._opening:
            file = self.config.key_file(key)
            if (google := self._googles.get(file)) is not None and google.outdated:
                del self._googles[file]
                self.sheets = {other: sheet for other, sheet in self.sheets.items() if sheet.google is not google}
                google.close()
            if key not in self.sheets:
                self.sheets[key] = self._opened(key, file)
            return self.sheets[key]

    def _opened(self, key: str, file: Path) -> "Sheet":
        from bridge.google import Google  # noqa: PLC0415
        from bridge.sheets import Sheet  # noqa: PLC0415

        if file not in self._googles:
            self._googles[file] = Google(self.config.google_url, file)
        return Sheet(self._googles[file], self.config.sheets[key])

    def account(self, key: str) -> str:
        """The Google account that a lane's calls count for."""
        return account_of(self.config.key_file(key))

    def used(self, key: str) -> tuple[int, int]:
        """Reads and writes this process has made for a sheet."""
        sheet = self.sheets.get(key)
        return (sheet.calls["read"], sheet.calls["write"]) if sheet else (0, 0)

    def close(self) -> None:
        """Let go of connections; work goes on by opening new ones."""
        for google in self._googles.values():
            google.close()
        self.sheets.clear()
        self.database.dispose()

    def session(self) -> Session:
        """A session of the bridge's own, outside any request."""
        return Session(self.database)

    def writing(self) -> Session:
        """A session whose transaction already holds the right to write; use as a context manager and commit."""
        session = self.session()
        begin_write(session)
        return session
