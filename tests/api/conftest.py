"""The task API alone, called in-process by a program that holds a token."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from task_api import db, tokens
from task_api.app import create_task_api
from tests.databases import Databases


def new_token(app: Flask, name: str = "tests", scopes: tuple[str, ...] = ("tasks:read", "tasks:write")) -> str:
    """A token as `token create` makes it."""
    with app.app_context():
        db.session().begin_write()
        token = tokens.issue(db.session(), name, scopes)
        db.session().commit()
    return token


@pytest.fixture
def app(tmp_path: Path, databases: Databases) -> Iterator[Flask]:
    """The API on a database of its own."""
    url = databases.new(tmp_path)
    app = create_task_api(url)
    yield app
    app.extensions["database"].dispose()
    databases.drop(url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller who may read and write tasks."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {new_token(app)}"
    return client
