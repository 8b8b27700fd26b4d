"""The API's description, OpenAPI 3.1, and a page to read it. It is derived from the routes: their paths, names,
operations (`task_api.operation`) and docstrings, whose first paragraph is the summary.
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
PROBLEM = {"content": {"application/problem+json": {"schema": {"$ref": REF.format(model="ProblemOut")}}}}
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
    """The document of all routes with an `Operation`."""
    views = [(rule, app.view_functions[rule.endpoint]) for rule in app.url_map.iter_rules()]
    routes = [(rule, view, view.operation) for rule, view in views if hasattr(view, "operation")]
    schemas, shared = _schemas([operation for _, _, operation in routes])
    paths: dict[str, JsonObject] = {}
    for rule, view, operation in routes:
        (verb,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        paths.setdefault(ARGUMENT.sub(r"{\2}", rule.rule), {})[verb.lower()] = {
            **_texts(view),
            "security": [{"token": [operation.scope] if operation.scope else []}],
            "parameters": _parameters(rule, operation, shared),
            **_body(operation, schemas),
            "responses": {**_success(operation, schemas), **_other_responses(rule, verb, operation)},
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tasks", "version": "1.0.0", "description": app.config["TASK_API_ABOUT"]},
        "paths": paths,
        "components": {"schemas": shared, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _schemas(operations: list[Operation]) -> tuple[Any, JsonObject]:
    """The schema of each (shape, mode), and those shared by name."""
    requests = [(shape, "validation") for one in operations for shape in (one.query, one.body) if shape]
    answers = [(one.answer, "serialization") for one in operations]
    shapes: list[Any] = [*requests, *answers, (ProblemOut, "serialization")]
    adapters = [(shape, mode, TypeAdapter(shape)) for shape, mode in shapes]
    found: tuple[Any, JsonObject] = TypeAdapter.json_schemas(adapters, ref_template=REF)
    return found[0], found[1]["$defs"]


def _texts(view: Any) -> JsonObject:
    summary, _, description = (getdoc(view) or "").partition("\n\n")
    return {
        "operationId": re.sub("_(.)", lambda part: part[1].upper(), view.__name__),
        "summary": " ".join(summary.split()).rstrip("."),
        "description": description,
    }


def _body(operation: Operation, schemas: Any) -> JsonObject:
    if operation.body is None:
        return {}
    return {"requestBody": {"required": True, **_json(schemas[operation.body, "validation"])}}


def _parameters(rule: Rule, operation: Operation, shared: JsonObject) -> list[JsonObject]:
    in_path = [(name, "path", IN_PATH[kind]) for kind, name in ARGUMENT.findall(rule.rule)]
    fields = shared[operation.query.__name__]["properties"] if operation.query else {}
    in_query = [(name, "query", _in_query(schema, shared)) for name, schema in fields.items()]
    in_header = [(name, "header", IN_HEADER.get(name, {"type": "string"})) for name in operation.request_headers]
    return [
        {"name": name, "in": place, "required": place == "path", "schema": schema}
        for name, place, schema in [*in_path, *in_query, *in_header]
    ]


def _in_query(schema: JsonObject, shared: JsonObject) -> JsonObject:
    """A query parameter cannot be null, and its schema is inlined."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    kind = kinds[0] if kinds else schema
    return shared[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind


def _success(operation: Operation, schemas: Any) -> JsonObject:
    headers = {name: {"schema": {"type": "string"}} for name in operation.response_headers}
    content = {} if operation.answer is None else _json(schemas[operation.answer, "serialization"])
    return {str(operation.status): {"description": HTTPStatus(operation.status).phrase, "headers": headers, **content}}


def _other_responses(rule: Rule, verb: str, operation: Operation) -> JsonObject:
    """Errors and 304; most follow from what the operation takes."""
    statuses = {401, 403, 500, 503, *operation.others}
    statuses |= {404} if rule.arguments else set()
    statuses |= {422} if operation.query else set()
    statuses |= {400, 413, 415, 422} if operation.body else set()
    statuses |= {507} if verb != "GET" else set()
    return {
        str(one): {"description": HTTPStatus(one).phrase, **(PROBLEM if one >= 400 else {})} for one in sorted(statuses)
    }


def _json(schema: JsonObject) -> JsonObject:
    return {"content": {"application/json": {"schema": schema}}}
