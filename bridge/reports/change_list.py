"""The history as a list: its filters, its query, and each change as JSON."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Select, select

from bridge.core.text import as_seen
from bridge.store.models import ActorKind, Change, ChangeState, Link
from task_api.actor import Actor
from task_api.schemas import Since

Short = Annotated[str, Field(min_length=1, max_length=250)]


class ChangeQuery(BaseModel):
    """The query of `GET /changes`. ``before`` comes from the Link header of the previous page."""

    model_config = ConfigDict(extra="forbid")

    sheet: Short | None = None
    lead_id: Annotated[Short, AfterValidator(as_seen)] | None = None
    task_id: int | None = Field(default=None, ge=1, lt=2**63)
    field: Short | None = None
    side: Annotated[str, Field(pattern="^(sheet|task)$")] | None = None
    state: ChangeState | None = None
    actor: Short | None = None
    who: Short | None = None
    since: Since | None = None
    until: Since | None = None
    before: int | None = Field(default=None, ge=1, lt=2**63)
    limit: int = Field(default=100, ge=1, le=1000)


def to_json(change: Change, link: Link | None) -> dict[str, Any]:
    """A change as JSON: when, who, lead, field, old and new value, rule, and outcome.

    ``seconds``: the time until it reached the other side; None if it has not.
    """
    actor = Actor.read(change.actor)
    return {
        "id": change.id,
        "at": change.at.isoformat(),
        "actor": change.actor,
        "delivery": actor.name if actor.kind == ActorKind.DELIVERY else None,
        "side": change.side,
        "sheet": link.sheet if link else None,
        "lead_id": link.lead_id if link else None,
        "task_id": change.task_id,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "rule": change.rule,
        "state": change.state,
        "reason": change.reason,
        "reached_at": change.reached_at.isoformat() if change.reached_at else None,
        "seconds": (change.reached_at - change.at).total_seconds() if change.reached_at else None,
    }


def selected(query: ChangeQuery) -> Select[Change, Link]:
    """The changes asked for, newest first. Those of a lead are found by its links, which have an index."""
    found = select(Change, Link).outerjoin(Link, Link.id == Change.link_id).order_by(Change.id.desc())
    if query.lead_id is not None:
        found = found.where(Change.link_id.in_(select(Link.id).where(Link.lead_id == query.lead_id)))
    equal = {
        Link.sheet: query.sheet, Change.task_id: query.task_id, Change.field: query.field,
        Change.side: query.side, Change.state: query.state, Change.actor: query.actor,
    }  # fmt: skip
    found = found.where(*(column == value for column, value in equal.items() if value is not None))
    bounds = [(query.since, Change.at.__ge__), (query.until, Change.at.__lt__), (query.before, Change.id.__lt__)]
    if query.who is not None:  # a part of the actor, as a person types it
        found = found.where(Change.actor.icontains(query.who, autoescape=True))
    return found.where(*(compare(value) for value, compare in bounds if value is not None))
