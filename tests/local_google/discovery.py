"""Google's own description of Sheets v4, as checks: which methods there are, and what is wrong with a value.

The discovery document ships inside google-api-python-client. Says what an exchange may look like, never what it means:
which fields are required, or what one excludes, is not in there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DOCUMENT = "discovery_cache/documents/sheets.v4.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "number": (int, float), "array": (list,), "object": (dict,),
}  # fmt: skip
# gspread says "False" in a query and Google takes it, so either case is a boolean there.
_TEXTS = {"boolean": re.compile("true|false", re.IGNORECASE), "integer": re.compile(r"-?\d+")}


@cache
def document() -> dict[str, Any]:
    """The whole document, read once."""
    return json.loads(files("googleapiclient").joinpath(DOCUMENT).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Method:
    """One method: its name, its path as a pattern, its query parameters, and the schemas of both bodies."""

    id: str
    verb: str
    path: re.Pattern[str]
    query: Mapping[str, Any]
    request: str | None
    response: str


@cache
def methods() -> tuple[Method, ...]:
    """All methods of the API."""
    return tuple(_methods(document()))


def method_of(verb: str, path: str) -> Method | None:
    """The method behind ``GET /v4/spreadsheets/1abc``, if there is one."""
    return next((one for one in methods() if one.verb == verb and one.path.fullmatch(path)), None)


def _methods(resource: Mapping[str, Any]) -> Iterator[Method]:
    for one in resource.get("methods", {}).values():
        asked = {name: shape for name, shape in one["parameters"].items() if shape["location"] == "query"}
        pattern = re.escape("/" + one["path"]).replace(r"\{range\}", ".+")
        yield Method(
            one["id"],
            one["httpMethod"],
            re.compile(re.sub(r"\\\{\w+\\\}", "[^/:]+", pattern), re.DOTALL),
            document()["parameters"] | asked,
            one["request"]["$ref"] if "request" in one else None,
            one["response"]["$ref"],
        )
    for below in resource.get("resources", {}).values():
        yield from _methods(below)


def faults(value: Any, shape: Mapping[str, Any], where: str) -> Iterator[str]:
    """What is wrong with a JSON value: an unknown field, another type, a word that is none of the enum's."""
    if "$ref" in shape:
        shape = document()["schemas"][shape["$ref"]]
    kind = shape["type"]
    if kind == "any":
        return
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where}: {json.dumps(value)[:80]} is no {kind}"
    elif kind == "array":
        for number, item in enumerate(value):
            yield from faults(item, shape["items"], f"{where}[{number}]")
    elif kind == "object":
        yield from _field_faults(value, shape, where)
    elif "enum" in shape and value not in shape["enum"]:
        yield f"{where}: {value!r} is none of {', '.join(shape['enum'])}"


def _field_faults(value: Mapping[str, Any], shape: Mapping[str, Any], where: str) -> Iterator[str]:
    for name, part in value.items():
        known = shape.get("properties", {}).get(name, shape.get("additionalProperties"))
        if known is None:
            yield f"{where}: unknown field {name!r}"
        else:
            yield from faults(part, known, f"{where}.{name}")


def query_faults(given: Mapping[str, list[str]], method: Method) -> Iterator[str]:
    """What is wrong with query parameters, each given as all its values."""
    for name, values in given.items():
        shape = method.query.get(name)
        if shape is None:
            yield f"query: unknown parameter {name!r}"
            continue
        if len(values) > 1 and not shape.get("repeated"):
            yield f"query.{name}: given {len(values)} times"
        for text in values:
            if not _TEXTS.get(shape["type"], re.compile(".*", re.DOTALL)).fullmatch(text):
                yield f"query.{name}: {text!r} is no {shape['type']}"
            elif "enum" in shape and text not in shape["enum"]:
                yield f"query.{name}: {text!r} is none of {', '.join(shape['enum'])}"


def mask_faults(mask: Mapping[str, Any], shape: Mapping[str, Any], where: str = "fields") -> Iterator[str]:
    """What a field mask names that the answer can never have."""
    while "$ref" in shape or shape.get("type") == "array":
        shape = document()["schemas"][shape["$ref"]] if "$ref" in shape else shape["items"]
    for name, inner in mask.items():
        part = shape.get("properties", {}).get(name, shape.get("additionalProperties"))
        if name == "*":
            continue
        if part is None:
            yield f"{where}: there is no {name!r}"
        else:
            yield from mask_faults(inner, part, f"{where}.{name}")
