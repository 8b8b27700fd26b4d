"""What the bridge serves beside the tasks, for the API's description. Their order is that of the page that shows it."""

from typing import Any

from bridge.reports.change_list import Query
from task_api.openapi import problems, query_parameters

NUMBER = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}


def paths() -> dict[str, Any]:
    """path → verb → operation."""
    page = query_parameters(Query)
    force = [{"name": "force", "in": "query", "schema": {"type": "boolean"}}]
    tasks = [{"name": "tasks", "in": "query", "description": "ids with commas between", "schema": {"type": "string"}}]
    return {
        "/changes": {"get": _operation("listChanges", "Every change, newest first, page by page", page, 422)},
        "/tasks/{task_id}/changes": {
            "parameters": [_in_path("task_id", NUMBER)],
            "get": _operation("listChangesOfTask", "The whole story of one task", [], 404),
        },
        "/changes/{change_id}/undo": {
            "parameters": [_in_path("change_id", NUMBER)],
            "post": _operation("undoChange", "Put the old value back on both sides", force, 404, 409),
        },
        "/changes/{change_id}/take": {
            "parameters": [_in_path("change_id", NUMBER)],
            "post": _operation("takeChange", "Take the value that a conflict lost", [], 404, 409),
        },
        "/status": {"get": _operation("listSheets", "Every sheet: how it stands, in numbers and words", [])},
        "/needs": {"get": _operation("listNeeds", "What waits for a person, each with what resolves it", [])},
        "/session": {
            "post": _operation(
                "signIn", "Change a token, or a link that works once, for the cookie of the page", [], 422
            ),
            "get": _operation("getSession", "Who is signed in and what they may do", []),
            "delete": _operation("signOut", "End the session of the page", [], 404),
        },
        "/states": {"get": _operation("listStates", "How tasks stand with their rows", tasks, 422)},
        "/sheets/{key}/approve": {
            "parameters": [_in_path("key", {"type": "string"})],
            "post": _operation("approveDeletions", "Let the tasks of many vanished rows be archived", [], 404),
        },
        "/sheets/{key}/look": {
            "parameters": [_in_path("key", {"type": "string"})],
            "post": _operation("lookAgain", "Look at a paused sheet now", [], 404),
        },
        "/dead-letters/retry": {"post": _operation("retryAll", "Try every dead letter again", [])},
        "/dead-letters/{link_id}/retry": {
            "parameters": [_in_path("link_id", NUMBER)],
            "post": _operation("retryOne", "Try one dead letter or refused cell again", [], 404),
        },
    }


def _operation(name: str, summary: str, parameters: list[dict[str, Any]], *faults: int) -> dict[str, Any]:
    shape: dict[str, Any] = (
        {"type": "array", "items": {"type": "object"}} if name.startswith("list") else {"type": "object"}
    )
    done = {"description": "done" if shape["type"] == "object" else "the list"}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": done | {"content": {"application/json": {"schema": shape}}},
            **problems(401, 403, *faults, 500, 503),
        },
    }


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}
