"""The script only calls what Google has: TypeScript says so, and would say otherwise."""

from pathlib import Path

import pytest

from tests.typecheck.__main__ import check

MISUSES = {
    "a method Google does not have": "function f() { SpreadsheetApp.getActiveSpreadsheet().getCellByMagic(1); }",
    "bytes mixed with text in an HMAC": "function f() { Utilities.computeHmacSha256Signature([1], 'key'); }",
    "a browser's global": "function f() { window.alert('hello'); }",
}


def test_the_shipped_files_pass():
    done = check([])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("source", MISUSES.values(), ids=MISUSES)
def test_a_misuse_fails_the_check(source, tmp_path):
    planted = tmp_path / "Planted.js"
    planted.write_text(source)
    done = check([str(planted)])
    assert done.returncode != 0
    assert "Planted.js" in done.stdout


def test_handlers_are_never_named_like_simple_triggers():
    for path in (Path(__file__).parents[1] / "apps_script").glob("*.js"):
        assert "function onEdit(" not in path.read_text(), path
        assert "function onChange(" not in path.read_text(), path
