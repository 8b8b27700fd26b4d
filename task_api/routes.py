"""The routes of tasks: parse, call, answer."""

import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, g, jsonify, request, url_for
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.exc import IntegrityError

from task_api import db, tasks
from task_api.errors import Problem
from task_api.models import IdempotencyKey, Task
from task_api.operation import Operation, link_next
from task_api.schemas import TaskChange, TaskCreate, TaskList, TaskOut, TaskQuery, as_utc, task_out

api = Blueprint("task_api", __name__)


@api.post("/tasks")
@Operation(
    "tasks:write",
    body=TaskCreate,
    answer=TaskOut,
    status=201,
    request_headers=("Idempotency-Key",),
    response_headers=("ETag", "Location"),
    others=(409,),
)
def create_task(body: BaseModel) -> Response:
    """Create a task; a repeat with the same Idempotency-Key gets the first answer and creates nothing."""
    key = _idempotency_key()
    db.session().begin_write()
    task = tasks.create(db.session(), actor=g.actor, **body.model_dump())
    answer = task_out(task)
    if key is not None and (first := _keep_answer(key, task.id, answer)) is not None:
        return _created(first)
    db.session().commit()
    return _created(answer)


@api.get("/tasks")
@Operation("tasks:read", query=TaskQuery, answer=TaskList, response_headers=("Link",))
def list_tasks(query: TaskQuery) -> Response:
    """List tasks in a stable order, page by page."""
    found = list(db.session().scalars(_selected(query).limit(query.limit + 1)))
    response = jsonify([task_out(task) for task in found[: query.limit]])
    if len(found) > query.limit:
        link_next(response, cursor=_cursor(query, found[query.limit - 1]))
    return response


@api.get("/tasks/<int:task_id>")
@Operation("tasks:read", answer=TaskOut, request_headers=("If-None-Match",), response_headers=("ETag",), others=(304,))
def get_task(task_id: int) -> Response:
    """One task with its ETag; 304 if the caller has it already."""
    response = _answer(_found(task_id))
    response.make_conditional(request)
    return response


@api.patch("/tasks/<int:task_id>")
@Operation(
    "tasks:write",
    body=TaskChange,
    answer=TaskOut,
    request_headers=("If-Match",),
    response_headers=("ETag",),
    others=(409, 412),
)
def change_task(task_id: int, body: BaseModel) -> Response:
    """Change the fields sent and no others; If-Match protects changes that the caller has not seen."""
    wanted = body.model_dump(exclude_unset=True)
    db.session().begin_write()
    task = _locked(task_id)
    archived = wanted.pop("archived", None)
    tasks.change(db.session(), task, wanted, actor=g.actor)
    if archived is not None:
        (tasks.archive if archived else tasks.restore)(db.session(), task, actor=g.actor)
    db.session().commit()
    return _answer(task)


@api.delete("/tasks/<int:task_id>")
@Operation("tasks:write", answer=None, status=204, request_headers=("If-Match",), others=(412,))
def archive_task(task_id: int) -> Response:
    """Archive the task; nothing is deleted. Archiving it again changes nothing."""
    db.session().begin_write()
    tasks.archive(db.session(), _locked(task_id), actor=g.actor)
    db.session().commit()
    return Response(status=204)


def _answer(task: Task) -> Response:
    response = jsonify(task_out(task))
    response.set_etag(str(task.version))
    return response


def _created(answer: dict[str, Any]) -> Response:
    response = jsonify(answer)
    response.status_code = 201
    response.set_etag(str(answer["version"]))
    response.headers["Location"] = url_for("task_api.get_task", task_id=answer["id"])
    return response


def _found(task_id: int) -> Task:
    return _there(db.session().get(Task, task_id) if task_id < 2**63 else None, task_id)


def _there(task: Task | None, task_id: int) -> Task:
    if task is None:
        raise Problem(404, f"there is no task {task_id}")
    return task


def _locked(task_id: int) -> Task:
    """The task, locked; 412 if If-Match names another version of it."""
    task = _there(tasks.locked(db.session(), task_id) if task_id < 2**63 else None, task_id)
    if request.if_match and not request.if_match.contains(str(task.version)):
        raise Problem(412, "the task has changed in the meantime; get it again and repeat")
    return task


def _selected(query: TaskQuery) -> Select[Task]:
    conditions: list[ColumnElement[bool]] = [] if query.archived else [Task.archived_at.is_(None)]
    if query.status is not None:
        conditions.append(Task.status == query.status)
    if query.lead_id is not None:
        conditions.append(Task.lead_id == query.lead_id)
    if query.updated_since is not None:
        conditions.append(Task.updated_at >= query.updated_since)
        return select(Task).where(*conditions, *_after(query)).order_by(Task.updated_at, Task.id)
    return select(Task).where(*conditions, *_after(query)).order_by(Task.id)


def _after(query: TaskQuery) -> list[ColumnElement[bool]]:
    """The condition that continues after the previous page."""
    if query.cursor is None:
        return []
    try:
        moment, _, number = base64.urlsafe_b64decode(query.cursor.encode()).decode().rpartition("|")
        if not -1 < (last := int(number)) < 2**63:
            raise ValueError("no task has that id")
        if query.updated_since is None:
            return [Task.id > last]
        at = as_utc(datetime.fromisoformat(moment))
        return [or_(Task.updated_at > at, and_(Task.updated_at == at, Task.id > last))]
    except ValueError as error:
        fault = {"field": "cursor", "detail": "take it from the Link header"}
        raise Problem(422, "the cursor is invalid", errors=[fault]) from error


def _cursor(query: TaskQuery, last: Task) -> str:
    moment = last.updated_at.isoformat() if query.updated_since is not None else ""
    return base64.urlsafe_b64encode(f"{moment}|{last.id}".encode()).decode()


def _idempotency_key() -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise Problem(422, "an Idempotency-Key has 1 to 200 characters")
    return key


def _keep_answer(key: str, task_id: int, answer: dict[str, Any]) -> dict[str, Any] | None:
    """Store the answer under its key, in the task's transaction; returns the first answer of a key used before."""
    body_hash = hashlib.sha256(request.get_data()).hexdigest()
    kept = IdempotencyKey(token_id=g.token_id, key=key, request_hash=body_hash, task_id=task_id)
    kept.answer, kept.created_at = json.dumps(answer), datetime.now(UTC)
    db.session().add(kept)
    try:
        db.session().flush()
    except IntegrityError:
        db.session().rollback()
    else:
        return None
    first = db.session().get_one(IdempotencyKey, (g.token_id, key))
    if first.request_hash != body_hash:
        raise Problem(422, "this Idempotency-Key was used for another task; use a new one")
    original: dict[str, Any] = json.loads(first.answer)
    return original
