"""The actions of a `Person` as JSON: under each name a strict body, whose fields are the action's parameters."""

import inspect
from typing import Any, get_type_hints

from pydantic import create_model

from bridge.local_google.api.wire import Body
from bridge.local_google.person.person import Person

ACTIONS = (
    "edit", "paste", "clear", "tick", "dropdown", "choose", "mention", "fill", "cut", "replace", "sort", "lines",
    "rename", "tabs", "convert", "undo", "redo",
)  # fmt: skip


def _body(name: str) -> type[Body]:
    act = getattr(Person, name)
    types, (_, *given) = get_type_hints(act), inspect.signature(act).parameters.values()
    fields: dict[str, Any] = {
        one.name: (types[one.name], ... if one.default is one.empty else one.default) for one in given
    }
    return create_model(name.capitalize(), __base__=Body, **fields)


GESTURES = {name: _body(name) for name in ACTIONS}
"""What each action is asked with."""
