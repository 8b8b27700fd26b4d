"""Strict models of requests and answers. Those of a task are derived from its columns."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationInfo,
    create_model,
)

from task_api.models import Task
from task_api.statuses import Status


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _spelt(pattern: str, how: str) -> BeforeValidator:
    """Accept only texts of this pattern: pydantic would read plain digits as seconds since 1970."""

    def check(value: object) -> object:
        if not isinstance(value, str) or not re.match(pattern, value):
            raise ValueError(how)
        return value

    return BeforeValidator(check)


def _in_form(text: str | None, asked: ValidationInfo) -> str | None:
    """An id as the app compares ids; the context of a request is the app's configuration."""
    settings = asked.context or {}
    return text if text is None else settings["TASK_API_ID_FORM"](text)


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC; raises ValueError without a zone or outside of UTC's range."""
    if moment.tzinfo is None:
        raise ValueError("give a time zone, for instance Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Text = Annotated[str, AfterValidator(_no_nul), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})]
Short = Annotated[Text, Field(min_length=1, max_length=200)]
InForm = AfterValidator(_in_form)
NotEmpty = AfterValidator(lambda text: text or None)
Day = Annotated[date, Field(strict=False), _spelt(r"[0-9]{4}-[0-9]{2}-[0-9]{2}$", "use YYYY-MM-DD")]
Since = Annotated[
    AwareDatetime,
    _spelt(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]", "use a date, a time and a zone, for instance 2026-01-31T09:30:00Z"),
    AfterValidator(as_utc),
]
Moment = Annotated[AwareDatetime, PlainSerializer(_iso, return_type=str)]

_columns: list[Any] = list(Task.__table__.columns)
_hints = {column.name: get_args(Task.__annotations__[column.name])[0] for column in _columns}
_writable = [one for one in _columns if one.name not in {"id", "version", "created_at", "updated_at", "archived_at"}]
LONGEST = {
    one.name: one.info.get("longest") or one.type.length for one in _columns if _hints[one.name] in {str, str | None}
}
"""The maximum length of each text field."""


def _default(column: Any) -> Any:
    return column.default.arg if column.default else None if column.nullable else ...


def _in_request(column: Any) -> Any:
    """The type of the column's field in a request."""
    shortest = None if _default(column) == "" else 1
    text = Annotated[Text, Field(min_length=shortest, max_length=LONGEST.get(column.name))]
    if column.info.get("is_id"):
        return Annotated[text | None, InForm, NotEmpty]
    hint = _hints[column.name]
    return {str: text, str | None: text | None, date: Day, date | None: Day | None}.get(hint, hint)


def _in_answer(hint: Any) -> Any:
    """The type of the field in an answer; a text has no limit there."""
    return {datetime: Moment, datetime | None: Moment | None}.get(hint, hint)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for field in schema["properties"].values():
        field.pop("default", None)


class _Change(_Request):
    """Only the fields sent are changed. ``archived: false`` restores an archived task."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)  # a field left out keeps its value

    archived: bool = False


class _Out(BaseModel):
    """A task. ``version`` counts its changes."""

    model_config = ConfigDict(from_attributes=True)


_new: dict[str, Any] = {one.name: (_in_request(one), _default(one)) for one in _writable}
_changed: dict[str, Any] = {one.name: (_in_request(one), None) for one in _writable}
_all: dict[str, Any] = {name: (_in_answer(hint), ...) for name, hint in _hints.items()}

TaskCreate = create_model("TaskCreate", __base__=_Request, __doc__="A new task.", **_new)
TaskChange = create_model("TaskChange", __base__=_Change, __doc__=_Change.__doc__, **_changed)
TaskOut = create_model("TaskOut", __base__=_Out, __doc__=_Out.__doc__, **_all)
TaskList = list[TaskOut]  # type: ignore[valid-type]  # mypy takes the created class for a variable


class TaskQuery(_Request):
    """The query of `GET /tasks`. ``cursor`` comes from the Link header of the previous page."""

    model_config = ConfigDict(extra="forbid", strict=False)

    status: Status | None = None
    lead_id: Annotated[Short | None, InForm] = None
    updated_since: Since | None = None
    archived: bool = False
    limit: int = Field(default=1000, ge=1, le=1000)
    cursor: Short | None = None


class FieldError(BaseModel):
    """An invalid field."""

    field: str
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457: what is wrong and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    errors: list[FieldError] = []


def task_out(task: Task) -> dict[str, Any]:
    """The task as JSON."""
    return TaskOut.model_validate(task).model_dump(mode="json")
