"""The task API alone, called in-process by a program that holds a token."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from task_api import tokens
from task_api.app import create_task_api
from task_api.db import begin_write, db


def new_token(app: Flask, name: str = "tests", scopes: tuple[str, ...] = ("tasks:read", "tasks:write")) -> str:
    """A token as `token create` makes it."""
    with app.app_context():
        begin_write(db.session())
        token = tokens.issue(db.session(), name, scopes)
        db.session.commit()
    return token


@pytest.fixture
def app(tmp_path: Path, migrated: Path) -> Iterator[Flask]:
    """The API on a database of its own."""
    shutil.copy(migrated, tmp_path / "tasks.db")
    app = create_task_api(f"sqlite:///{tmp_path / 'tasks.db'}")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller who may read and write tasks."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {new_token(app)}"
    return client
