"""A row's write that Google rejects: only the cell at fault is refused; what the others take is told as it is."""

import json
from io import BytesIO

import pytest


class Rejecting:
    """Google, except that a write which changes one column of a row below the header is answered with 400."""

    def __init__(self, google, column):
        self.google, self.column = google, column

    def testify(self):
        self.google.testify()

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"].endswith("values:batchUpdate"):
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            rows = [row for part in json.loads(body)["data"] for row in part["values"]]
            if any(len(row) > self.column and row[self.column] is not None for row in rows):
                start_response("400 Bad Request", [("Content-Type", "application/json")])
                return [b'{"error": {"code": 400, "message": "not this cell", "status": "INVALID_ARGUMENT"}}']
            environ["wsgi.input"] = BytesIO(body)
        return self.google(environ, start_response)


@pytest.mark.parametrize(("column", "taken", "field"), [(2, "E2", "status"), (4, "C2", "notes")])
def test_the_cell_at_fault_is_buried_and_the_other_is_told_as_written(stack, column, taken, field):
    stack.settle()
    stack.edit("E1", ["notes"])
    stack.edit("A2:C2", [1, "Asha", "NEW"])
    stack.sweep()
    stack.witness = Rejecting(stack.witness, column)
    stack.patch(1, status="DONE", notes="call back")
    stack.run_for(5)
    assert stack.cell(taken) in {"QUALIFIED", "call back"}
    stack.run_for(4000)
    assert stack.cell(taken) in {"QUALIFIED", "call back"}
    fates = {one["field"]: one["state"] for one in stack.changes(1)[::-1] if one["side"] == "task"}
    assert {name: fates[name] for name in ("status", "notes")} == {
        "status": "applied",
        "notes": "applied",
        field: "refused",
    }
    assert "dead_letter" in {need["kind"] for need in stack.get("/needs")}
