"""What may stand in bridge.toml, strict. Shapes alone: what they mean together is seen in `bridge.config.sheets`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bridge.config.model import GOOGLE
from bridge.core.mapping import Kind
from bridge.core.merge import Direction, Policy


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class OwnColumn(_Strict):
    """``[sheets.KEY.columns.NAME]``: a shipped column changed, or one of the sheet's own."""

    headers: list[str] | None = Field(default=None, min_length=1)
    kind: Kind | None = None
    task_field: str | None = None
    direction: Direction | None = None
    policy: Policy | None = None
    required: bool | None = None


class OwnSheet(_Strict):
    """``[sheets.KEY]``."""

    spreadsheet: str
    tab: str = "Leads"
    title: str = "Follow up: {name}"
    notes: str = "Auto-created from Sheets"
    assign_ids: bool = False
    sweep_every: float = Field(default=300.0, ge=10, le=86_400, strict=False)
    create_rows: bool = False
    match: str = ""
    grace: float = Field(default=60.0, ge=0, le=30 * 86_400, strict=False)
    columns: dict[str, OwnColumn] = {}
    statuses: dict[str, str] | None = None
    back: dict[str, str] | None = None


class _Bridge(_Strict):
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/#?]+(/[^#?]*)?$")
    host: str = "127.0.0.1"
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    keep_history: int = Field(default=400, ge=0, le=36_500)
    engine: bool = True
    lease: float = Field(default=90.0, ge=3, le=3600, strict=False)


class _Google(_Strict):
    calls_per_minute: int = Field(default=60, ge=6, le=100_000)
    base_url: str = Field(default=GOOGLE, pattern=r"^https?://")
    credentials: str | Annotated[list[str], Field(min_length=1)] | None = None


class File(_Strict):
    """The whole file."""

    bridge: _Bridge = _Bridge()
    google: _Google = _Google()
    sheets: dict[str, OwnSheet] = Field(min_length=1)
