"""The OpenAPI document: valid, readable, and true, as requests made up from it show."""

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from task_api.app import SETTINGS
from task_api.openapi import openapi
from task_api.routes import api
from task_api.schemas import TaskQuery
from tests.api.conftest import new_token

ROUTES = Flask(__name__)
ROUTES.config.update(SETTINGS)
ROUTES.register_blueprint(api)
DOCUMENT = openapi(ROUTES)


def test_the_document_is_valid_openapi_3_1(client):
    answer = client.get("/openapi.json")
    assert (answer.status_code, answer.json) == (200, DOCUMENT)
    OpenAPIV31SpecValidator(answer.json).validate()


def test_the_document_describes_every_route_of_the_api(app):
    ours = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("task_api.")]
    served = {(str(rule).replace("<int:", "{").replace(">", "}"), method.lower()) for rule in ours for method in rule.methods - {"HEAD", "OPTIONS"}}  # fmt: skip
    described = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}  # fmt: skip
    assert served == described


def test_every_query_parameter_is_described(client):
    told = {parameter["name"] for parameter in DOCUMENT["paths"]["/tasks"]["get"]["parameters"]}
    assert told == set(TaskQuery.model_fields)


def test_the_document_and_its_page_need_no_token_and_the_page_names_every_operation(app):
    answer = app.test_client().get("/docs")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    for path, methods in DOCUMENT["paths"].items():
        assert path in answer.text
        assert all(one["summary"] in answer.text for one in methods.values())
    assert app.test_client().get("/openapi.json").status_code == 200


OPERATIONS = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_the_scope_that_is_told_is_the_one_that_is_needed(app, method, path):
    ((scope,),) = [way["token"] for way in DOCUMENT["paths"][path][method.lower()]["security"]]
    others = tuple({"tasks:read", "tasks:write"} - {scope})
    for scopes, answers in ((others, {403}), ((scope,), {200, 404, 415})):
        headers = {"Authorization": f"Bearer {new_token(app, scopes=scopes)}"}
        assert app.test_client().open(path.format(task_id=1), method=method, headers=headers).status_code in answers


@pytest.mark.hypothesis
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_to_requests_made_up_from_the_document_is_as_it_says(app, client, method, path, mode):
    headers = {"Authorization": client.environ_base["HTTP_AUTHORIZATION"]}
    client.post("/tasks", json={"title": "There is a task 1"})
    operation = schemathesis.openapi.from_wsgi("/openapi.json", app)[path][method]

    @settings(
        max_examples=settings.default.max_examples // 5,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case):
        asked = {*(case.query or {}), *(case.headers or {})}
        only_the_server_knows = asked & {"cursor", "Idempotency-Key", "If-Match"}
        unjudged = [CHECKS.get_one("positive_data_acceptance")] if only_the_server_knows else []
        case.call_and_validate(headers=headers, excluded_checks=unjudged)

    holds()
