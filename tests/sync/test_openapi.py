"""The description of everything that is served under one roof: valid, whole, and true."""

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

UNTOLD = {"/metrics", "/healthz", "/readyz", "/openapi.json", "/docs", "/", "/events", "/hooks/sheets/{key}"}
"""For machines and browsers, and described in the README."""


def test_every_route_for_programs_is_described_and_the_document_is_valid(stack):
    document = stack.get("/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    rules = [rule for rule in stack.app.url_map.iter_rules() if "filename" not in rule.arguments]
    served = {str(rule).replace("<int:", "{").replace("<", "{").replace(">", "}") for rule in rules}
    assert served - UNTOLD == set(document["paths"])


def test_the_page_names_every_operation(stack):
    page = stack.http.get(f"{stack.url}/docs", timeout=60).text
    for path, operations in stack.get("/openapi.json")["paths"].items():
        assert path in page
        assert all(one["summary"] in page for one in operations.values())


def test_every_described_operation_answers_as_described_to_a_token_and_to_none(stack):
    for path, operations in stack.get("/openapi.json")["paths"].items():
        for verb, operation in operations.items():
            url = stack.url + path.format(task_id=9, change_id=9, link_id=9, key="nobody", name="status")
            answers = [client.request(verb, url, timeout=60) for client in (stack.http, requests.Session())]
            assert {str(answer.status_code) for answer in answers} <= operation["responses"].keys(), (verb, path)
            assert answers[1].status_code == 401
