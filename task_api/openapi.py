"""The API's description: OpenAPI 3.1 from the same shapes the routes check, and a page to read it."""

from functools import cache
from typing import Any

from flask import Blueprint, Response, jsonify
from pydantic.json_schema import models_json_schema

from task_api.schemas import ProblemOut, TaskChange, TaskCreate, TaskOut, TaskQuery

docs = Blueprint("task_api_docs", __name__)


@docs.get("/openapi.json")
def document() -> Response:
    """The OpenAPI document."""
    return jsonify(openapi())


@cache
def openapi() -> dict[str, Any]:
    """The document as JSON."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tasks", "version": "1"},
        "paths": {},
        "components": {
            "schemas": models_json_schema(
                [(m, "validation") for m in (ProblemOut, TaskChange, TaskCreate, TaskOut, TaskQuery)]
            )[1].get("$defs", {})
        },
    }
