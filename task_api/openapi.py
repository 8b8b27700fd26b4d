"""The API's description, OpenAPI 3.1, and a page to read it. It is read off the routes: what each says beside itself
(`task_api.operation`), its path, its name, and its docstring, whose first paragraph is the summary.
"""

import re
from http import HTTPStatus
from inspect import getdoc
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from pydantic import TypeAdapter
from werkzeug.routing import Rule

from task_api.operation import JsonObject, Operation
from task_api.schemas import ProblemOut

docs = Blueprint(
    "task_api_docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/static"
)
REF = "#/components/schemas/{model}"
PROBLEM = {"application/problem+json": {"schema": {"$ref": REF.format(model="ProblemOut")}}}
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
IN_PATH = {"int": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}, "": {"type": "string"}}
IN_HEADER = {"Idempotency-Key": {"type": "string", "minLength": 1, "maxLength": 200}}


@docs.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(openapi(current_app))


@docs.get("/docs")
def page() -> str:
    """The same document to read."""
    return render_template("docs.html", api=openapi(current_app))


def openapi(app: Flask) -> JsonObject:
    """The document of every route that says what it takes and answers."""
    views = [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]
    routes = [(rule, view, told) for rule, view in views if (told := getattr(view, "operation", None))]
    schemas, shared = _schemas([told for _, _, told in routes])
    paths: dict[str, JsonObject] = {}
    for rule, view, told in routes:
        (verb,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        paths.setdefault(ARGUMENT.sub(r"{\2}", rule.rule), {})[verb.lower()] = {
            **_words(view),
            "security": [{"token": [told.scope] if told.scope else []}],
            "parameters": _parameters(rule, told, shared),
            **_body(told, schemas),
            "responses": {**_success(told, schemas), **_others(rule, verb, told)},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tasks", "version": "1.0.0", "description": app.config["TASK_API_ABOUT"]},
        "paths": paths,
        "components": {"schemas": shared, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _schemas(operations: list[Operation]) -> tuple[Any, JsonObject]:
    """The schema of each (shape, mode), and those shared by name."""
    said = [(shape, "validation") for one in operations for shape in (one.query, one.body) if shape]
    answers = [(one.answer, "serialization") for one in operations]
    shapes: list[Any] = [*said, *answers, (ProblemOut, "serialization")]
    adapters = [(shape, mode, TypeAdapter(shape)) for shape, mode in shapes]
    found: tuple[Any, JsonObject] = TypeAdapter.json_schemas(adapters, ref_template=REF)
    return found[0], found[1]["$defs"]


def _words(view: Any) -> JsonObject:
    summary, _, description = (getdoc(view) or "").partition("\n\n")
    return {
        "operationId": re.sub("_(.)", lambda part: part[1].upper(), view.__name__),
        "summary": " ".join(summary.split()).rstrip("."),
        "description": description,
    }


def _body(told: Operation, schemas: Any) -> JsonObject:
    return {"requestBody": {"required": True, **_json(schemas[told.body, "validation"])}} if told.body else {}


def _parameters(rule: Rule, told: Operation, shapes: JsonObject) -> list[JsonObject]:
    in_path = [(name, "path", IN_PATH[kind]) for kind, name in ARGUMENT.findall(rule.rule)]
    fields = shapes[told.query.__name__]["properties"] if told.query else {}
    in_query = [(name, "query", _said_in_query(schema, shapes)) for name, schema in fields.items()]
    in_header = [(name, "header", IN_HEADER.get(name, {"type": "string"})) for name in told.sends]
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for name, place, schema in [*in_path, *in_query, *in_header]
    ]


def _said_in_query(schema: JsonObject, shapes: JsonObject) -> JsonObject:
    """A parameter is left out rather than null, and its words are told where it stands."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    kind = kinds[0] if kinds else schema
    return shapes[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind


def _success(told: Operation, schemas: Any) -> JsonObject:
    headers = {name: {"schema": {"type": "string"}} for name in told.tells}
    content = {} if told.answer is None else _json(schemas[told.answer, "serialization"])
    return {str(told.status): {"description": HTTPStatus(told.status).phrase, "headers": headers, **content}}


def _others(rule: Rule, verb: str, told: Operation) -> JsonObject:
    """Every answer that is no success; most follow from what the operation takes."""
    statuses = {401, 403, 500, 503, *told.others}
    statuses |= {404} if rule.arguments else set()
    statuses |= {422} if told.query else set()
    statuses |= {400, 413, 415, 422} if told.body else set()
    statuses |= {507} if verb != "GET" else set()
    content = {True: {"content": PROBLEM}, False: {}}
    return {str(one): {"description": HTTPStatus(one).phrase, **content[one >= 400]} for one in sorted(statuses)}


def _json(schema: JsonObject) -> JsonObject:
    return {"content": {"application/json": {"schema": schema}}}
