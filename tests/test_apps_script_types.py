"""The script only calls what Google has: TypeScript says so, and would say otherwise."""

from pathlib import Path

import pytest

from tests.typecheck.__main__ import check

FILES = Path(__file__).parents[1] / "apps_script"

MISUSES = {
    "a method Google does not have": "SpreadsheetApp.getActiveSpreadsheet().getCellByMagic(1);",
    "a method misspelt": "e.range.getVales();",
    "bytes mixed with text in an HMAC": "Utilities.computeHmacSha256Signature([1], 'key');",
    "a parameter too few": "Utilities.computeHmacSha256Signature('text');",
    "a parameter of another kind": "LockService.getDocumentLock().waitLock('5000');",
    "an option that does not exist": "UrlFetchApp.fetch('https://example.org', { methd: 'post' });",
    "a field of another event": "e.changeType;",
    "a tab that may not be there": "SpreadsheetApp.getActive().getSheetByName('Leads').getName();",
    "a browser's global": "window.alert('hello');",
    "a timer": "setTimeout(() => {}, 10);",
    "Node's globals": "process.env.HOME;",
}


def test_the_shipped_files_pass():
    done = check([])
    assert done.returncode == 0, done.stdout


def test_each_misuse_fails_the_check(tmp_path):
    lines = ["/** @param {GoogleAppsScript.Events.SheetsOnEdit} e */", "function misuse(e) {", *MISUSES.values(), "}"]
    planted = tmp_path / "Planted.js"
    planted.write_text("\n".join(lines), encoding="utf-8")
    done = check([str(planted)])
    assert done.returncode != 0
    faults = [line.split("Planted.js(")[1] for line in done.stdout.splitlines() if "Planted.js(" in line]
    found = {int(fault.split(",")[0]) for fault in faults}
    assert [name for number, name in enumerate(MISUSES, 3) if number not in found] == []


@pytest.mark.parametrize("name", ["onEdit", "onChange"])
def test_no_handler_is_named_like_a_simple_trigger(name):
    """It would run a second time, without any rights (GOOGLE.md section 2)."""
    for path in FILES.glob("*.js"):
        assert f"function {name}(" not in path.read_text(encoding="utf-8"), path
