"""What bridge.toml and the environment configure: one frozen `Config` with a `SheetConfig` for each tab."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bridge.config.fields import shipped
from bridge.core.mapping import SheetMapping
from bridge.errors import Permanent

GOOGLE = "https://sheets.googleapis.com"


class ConfigError(Permanent):
    """Everything that is wrong with the configuration, one fault a line."""


@dataclass(frozen=True)
class SheetConfig:
    """One synced tab. ``secrets``: the one or two live webhook secrets. ``sweep_every``: seconds between sweeps.

    ``create_rows``: tasks made by the API get a row. ``match``: the field by which rows and tasks that both existed
    before are recognised. ``grace``: seconds from a row's disappearance to the archiving of its task.
    """

    key: str
    spreadsheet: str
    tab: str = "Leads"
    mapping: SheetMapping = field(default_factory=shipped)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    assign_ids: bool = False
    sweep_every: float = 300.0
    create_rows: bool = False
    match: str = ""
    grace: float = 60.0


@dataclass(frozen=True)
class Config:
    """Everything the bridge needs to know. ``local``: the sheet is in the local Google on this machine.

    ``trusted_proxies``: how many proxies are in front, whose X-Forwarded-For, -Proto and -Host are believed.
    ``keep_history``: days after which changes go to the archive folder; 0 keeps them all in the database.
    ``credentials``: the service accounts' keys; several accounts share the sheets.
    ``engine``: False leaves the work on the sheets to ``leadbridge worker`` processes, which need PostgreSQL.
    ``lease``: the time after which the queue of a process that does not renew it is taken over.
    ``calls_per_minute``: reads, and writes, that Google grants each account; 60 unless it has raised them.
    """

    home: Path
    sheets: Mapping[str, SheetConfig]
    port: int = 5001
    host: str = "127.0.0.1"
    trusted_proxies: int = 0
    public_url: str = "http://127.0.0.1:5001"
    google_url: str = GOOGLE
    credentials: tuple[Path, ...] = (Path("service_account.json"),)
    local: bool = False
    database_url: str = ""
    keep_history: int = 400
    engine: bool = True
    lease: timedelta = timedelta(seconds=90)
    calls_per_minute: int = 60

    @property
    def database(self) -> str:
        """SQLAlchemy's address of the database; tasks.db in the home folder unless another is given."""
        return self.database_url or f"sqlite:///{(self.home / 'tasks.db').absolute()}"

    def key_file(self, sheet: str) -> Path:
        """The service account's key for a sheet, chosen by rendezvous hashing: adding a key moves only its share of the
        sheets.
        """
        return max(self.credentials, key=lambda file: hashlib.blake2b(f"{sheet} {file.name}".encode()).digest())

    def at_local_google(self, spreadsheets: Mapping[str, str]) -> "Config":
        """The same, with the sheets of the local Google that this bridge serves. ``spreadsheets``: sheet key → id."""
        sheets = {key: replace(sheet, spreadsheet=spreadsheets[key]) for key, sheet in self.sheets.items()}
        keys = (self.home / "local_google" / "service_account.json",)
        return replace(self, sheets=sheets, google_url=f"http://127.0.0.1:{self.port}/local", credentials=keys)

    def connection(self, key: str) -> str:
        """What a person pastes into the sheet's script: the webhook's address and its newest secret."""
        return f"{self.public_url}/hooks/sheets/{key}#{self.sheets[key].secrets[0]}"
