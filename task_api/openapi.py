"""The API's description: OpenAPI 3.1 from the same shapes the routes check, and a page to read it. What else an app
serves beside the tasks it may describe in ``app.extensions["openapi_paths"]``.
"""

from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from task_api.schemas import ProblemOut, TaskChange, TaskCreate, TaskOut, TaskQuery
from task_api.statuses import STATUSES

docs = Blueprint(
    "task_api_docs", __name__, template_folder="templates", static_folder="static", static_url_path="/docs/static"
)
REF = "#/components/schemas/"


@docs.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(_whole())


@docs.get("/docs")
def page() -> str:
    """The same document to read."""
    return render_template("docs.html", api=_whole(), statuses=STATUSES)


def _whole() -> dict[str, Any]:
    api = openapi()
    return api | {"paths": api["paths"] | current_app.extensions.get("openapi_paths", {})}


@cache
def openapi() -> dict[str, Any]:
    """The tasks' part of the document, as JSON."""
    _, found = models_json_schema(
        [
            (TaskCreate, "validation"),
            (TaskChange, "validation"),
            (TaskOut, "serialization"),
            (ProblemOut, "serialization"),
        ],
        ref_template=REF + "{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tasks",
            "version": "1.0.0",
            "description": "Work tasks, linked with leads in a Google Sheet.",
        },
        "security": [{"token": []}],
        "paths": {"/tasks": _collection(), "/tasks/{task_id}": _single()},
        "components": {
            "schemas": found["$defs"],
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _collection() -> dict[str, Any]:
    key = {"name": "Idempotency-Key", "in": "header", "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
    next_page = {"Link": {"description": "the next page, when there is one", "schema": {"type": "string"}}}
    tasks = {"type": "array", "items": {"$ref": REF + "TaskOut"}}
    return {
        "get": {
            "operationId": "listTasks",
            "summary": "List tasks in a stable order",
            "parameters": query_parameters(TaskQuery),
            "responses": {
                "200": {"description": "tasks", "headers": next_page, **_json(tasks)},
                **problems(401, 403, 422, 500, 503),
            },
        },
        "post": {
            "operationId": "createTask",
            "summary": "Create a task; with an Idempotency-Key a repeat gets the first answer",
            "parameters": [key],
            "requestBody": {"required": True, **_json({"$ref": REF + "TaskCreate"})},
            "responses": {
                "201": {
                    "description": "the new task",
                    "headers": {"Location": {"schema": {"type": "string"}}, **_etag()},
                    **_json({"$ref": REF + "TaskOut"}),
                },
                **problems(400, 401, 403, 413, 415, 422, 500, 503, 507),
            },
        },
    }


def _single() -> dict[str, Any]:
    match = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
    none_match = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
    one = {"description": "the task", "headers": _etag(), **_json({"$ref": REF + "TaskOut"})}
    return {
        "parameters": [
            {"name": "task_id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
        ],
        "get": {
            "operationId": "getTask",
            "summary": "One task with its ETag",
            "parameters": [none_match],
            "responses": {
                "200": one,
                "304": {"description": "unchanged since the ETag in If-None-Match"},
                **problems(401, 403, 404, 500, 503),
            },
        },
        "patch": {
            "operationId": "changeTask",
            "summary": "Change the fields sent, and no others",
            "parameters": [match],
            "requestBody": {"required": True, **_json({"$ref": REF + "TaskChange"})},
            "responses": {"200": one, **problems(400, 401, 403, 404, 412, 413, 415, 422, 500, 503, 507)},
        },
        "delete": {
            "operationId": "archiveTask",
            "summary": "Archive the task; nothing is deleted",
            "parameters": [match],
            "responses": {"204": {"description": "archived"}, **problems(401, 403, 404, 412, 500, 503, 507)},
        },
    }


def query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    """The fields of a model as parameters of a query."""
    whole = query.model_json_schema(ref_template=REF + "{model}")
    shapes = {name: _without_null(schema) for name, schema in whole["properties"].items()}
    named = {REF + name: _untitled(schema) for name, schema in whole.get("$defs", {}).items()}  # of this model alone
    return [
        {"name": name, "in": "query", "schema": named.get(shape.get("$ref", ""), shape)}
        for name, shape in shapes.items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query parameter is left out rather than null."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return kinds[0] if kinds else _untitled(schema)


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _etag() -> dict[str, Any]:
    return {"ETag": {"description": "the task's version, for If-Match and If-None-Match", "schema": {"type": "string"}}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def problems(*statuses: int) -> dict[str, Any]:
    """The answers of these statuses: problem documents."""
    content = {"application/problem+json": {"schema": {"$ref": REF + "ProblemOut"}}}
    return {str(status): {"description": "a problem document", "content": content} for status in statuses}
