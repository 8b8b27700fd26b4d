"""The switches of trouble over HTTP, and what the local Google has counted: API calls and runs of the script.

Guarded as the desk is. Refuses to decide anything: `trouble` and `quota` do.
"""

from dataclasses import asdict, fields
from typing import Literal

from flask import Blueprint, Response
from pydantic import Field

from bridge.local_google.call import json_response, local
from bridge.local_google.desk import Body, body, only_from_here
from bridge.local_google.local import LocalGoogle
from bridge.local_google.quota import Kind, Limits
from bridge.local_google.trouble import Answer, Fault, Switches

blueprint = Blueprint("switches", __name__)
blueprint.before_request(only_from_here)


class Failing(Body):
    """A `Fault` and how many calls it meets."""

    answer: Answer
    kind: Kind | None = None
    method: str | None = None
    landed: bool = False
    retry_after: int | None = Field(default=None, ge=0, le=86_400)
    times: int = Field(default=1, ge=1, le=10_000)


class Lag(Body):
    """Reads as of ``seconds`` ago, for ``lasting`` seconds."""

    seconds: float = Field(ge=0, le=86_400)
    lasting: float = Field(ge=0, le=86_400)


class Quotas(Body):
    """Calls allowed in any minute."""

    per_user: int = Field(default=60, ge=0)
    per_project: int = Field(default=300, ge=0)


class TroubleBody(Body):
    """What is to go wrong; fields not given stay as they are."""

    reset: bool = False
    quota: Quotas | None = None
    lose_triggers: bool = False
    fail: Failing | None = None
    lag: Lag | None = None
    latency: float = Field(default=0, ge=0, le=600)
    echo_skipped: bool = False
    undo_fires_edit: bool = False
    sort_fires_edit: bool = False
    replace_fires_edit: bool = False
    cut_fires_source: bool = False
    unknown_change: Literal["OTHER", "EDIT"] = "OTHER"
    api_fires_change: bool = False
    edit_queue: int | None = Field(default=None, ge=0)
    script_delay: float = Field(default=0, ge=0, le=600)
    key_revoked: bool = False
    unshared: bool = False
    owner_too: bool = False


@blueprint.get("/executions")
def executions() -> Response:
    """The last runs of the script, newest first."""
    return json_response({"executions": local().scripts.executions()})


@blueprint.get("/calls")
def calls() -> Response:
    """How many API calls were made."""
    return json_response(local().calls.report())


@blueprint.get("/trouble")
def trouble() -> Response:
    """The switches, and what is due."""
    return _report()


@blueprint.post("/trouble")
def make_trouble() -> Response:
    """Set switches, order faults, or put everything back."""
    _arrange(body(TroubleBody), local())
    return _report()


def _arrange(asked: TroubleBody, google: LocalGoogle) -> None:
    trouble = google.trouble
    if asked.reset:
        trouble.reset()
        google.quota.limits = Limits()
    for name in asked.model_fields_set & {one.name for one in fields(Switches)}:
        setattr(trouble, name, getattr(asked, name))
    if asked.fail is not None:
        order = asked.fail
        trouble.fail(Fault(order.answer, order.kind, order.method, order.landed, order.retry_after), order.times)
    if asked.lag is not None:
        trouble.lag(asked.lag.seconds, asked.lag.lasting)
    if asked.quota is not None:
        google.quota.limits = Limits(asked.quota.per_user, asked.quota.per_project)
    if asked.lose_triggers:
        google.scripts.lose_triggers()


def _report() -> Response:
    google = local()
    beside = {"quota": asdict(google.quota.limits), "triggers": google.scripts.triggers()}
    return json_response(google.trouble.report() | beside)
