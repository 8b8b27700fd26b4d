"""The shapes at the wire, strict: what a request may say and what an answer says."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from task_api.models import Task
from task_api.statuses import Status


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _iso_date(value: object) -> object:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("use YYYY-MM-DD")
    return date.fromisoformat(value)


def _moment_text(value: object) -> object:
    """Digits alone would be read as seconds since 1970."""
    if isinstance(value, str) and not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", value):
        raise ValueError("use a date, a time and a zone, for instance 2026-01-31T09:30:00Z")
    return value


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; refuses one without a zone or that UTC cannot say."""
    if moment.tzinfo is None:
        raise ValueError("give a time zone, for instance Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is too far away") from error


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(_no_nul), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Title = Annotated[Text, Field(min_length=1, max_length=500)]
Short = Annotated[Text, Field(min_length=1, max_length=200)]
Long = Annotated[Text, Field(max_length=50_000)]
Day = Annotated[date, BeforeValidator(_iso_date)]
Since = Annotated[AwareDatetime, BeforeValidator(_moment_text), AfterValidator(as_utc)]
Moment = Annotated[AwareDatetime, PlainSerializer(_iso, return_type=str)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TaskCreate(_Wire):
    """A new task."""

    title: Title
    status: Status = "TODO"
    lead_id: Short | None = None
    notes: Long = ""
    assignee: Short | None = None
    due: Day | None = None


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class TaskChange(_Wire):
    """Only the fields sent are changed. ``archived: false`` brings an archived task back."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)  # a field left out keeps its value

    title: Title = Field(default="")
    status: Status = "TODO"
    lead_id: Short | None = None
    notes: Long = ""
    assignee: Short | None = None
    due: Day | None = None
    archived: bool = False


class TaskOut(BaseModel):
    """A task as the API tells it. ``version`` counts its changes."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    status: Status
    lead_id: str | None
    notes: str
    assignee: str | None
    due: date | None
    version: int
    created_at: Moment
    updated_at: Moment
    archived_at: Moment | None


class TaskQuery(_Wire):
    """What `GET /tasks` may be asked. ``cursor`` comes from the Link header of the page before."""

    model_config = ConfigDict(extra="forbid", strict=False)

    status: Status | None = None
    lead_id: Short | None = None
    updated_since: Since | None = None
    archived: bool = False
    limit: int = Field(default=1000, ge=1, le=1000)
    cursor: Short | None = None


class FieldError(BaseModel):
    """One field at fault."""

    field: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457: what is wrong and what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldError] = []


def task_out(task: Task) -> dict[str, object]:
    """The task as JSON."""
    return TaskOut.model_validate(task).model_dump(mode="json")
