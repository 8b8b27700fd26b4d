"""The switches of trouble over HTTP, and what the local Google has counted: API calls and runs of the script.

Guarded as the desk is. Decides nothing; `trouble` and `quota` do.
"""

from dataclasses import asdict, fields
from typing import Any, get_type_hints

from flask import Blueprint, Response
from pydantic import Field, create_model

from bridge.local_google.api.call import json_response, local
from bridge.local_google.api.quota import Kind, Limits
from bridge.local_google.api.trouble import Answer, Fault, Switches
from bridge.local_google.api.wire import Body
from bridge.local_google.desk.desk import body, only_from_here
from bridge.local_google.local import LocalGoogle

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


class Orders(Body):
    """What is to go wrong, besides the lasting switches."""

    reset: bool = False
    quota: Quotas | None = None
    lose_triggers: bool = False
    fail: Failing | None = None
    lag: Lag | None = None


_HINTS = get_type_hints(Switches, include_extras=True)
_SWITCHES: dict[str, Any] = {one.name: (_HINTS[one.name], one.default) for one in fields(Switches)}
TroubleBody = create_model("TroubleBody", __base__=Orders, **_SWITCHES)
"""The orders and every switch; switches not given stay as they are."""


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
    google = local()
    beside = {"quota": asdict(google.quota.limits), "triggers": google.scripts.triggers()}
    return json_response(google.trouble.report() | beside)


@blueprint.post("/trouble")
def make_trouble() -> Response:
    """Set switches, order faults, or put everything back."""
    asked, google = body(TroubleBody), local()
    if asked.reset:
        google.trouble.reset()
        google.quota.limits = Limits()
    for name in asked.model_fields_set & _SWITCHES.keys():
        setattr(google.trouble, name, getattr(asked, name))
    _obey(asked, google)
    return trouble()


def _obey(asked: Orders, google: LocalGoogle) -> None:
    if asked.fail is not None:
        google.trouble.fail(Fault(**asked.fail.model_dump(exclude={"times"})), asked.fail.times)
    if asked.lag is not None:
        google.trouble.lag(asked.lag.seconds, asked.lag.lasting)
    if asked.quota is not None:
        google.quota.limits = Limits(**asked.quota.model_dump())
    if asked.lose_triggers:
        google.scripts.lose_triggers()
