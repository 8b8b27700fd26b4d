"""The script only calls what Google has, and keeps to its rules: TypeScript and ESLint say so, and would say otherwise."""

from pathlib import Path

import pytest

from tests.typecheck.__main__ import PAGE_RULES, check, lint, page

FILES = Path(__file__).parents[2] / "apps_script"

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


SLIPS = {
    "a loose comparison": "if (a == 1) return 2;",
    "a name never used": "const unused = 1;",
    "a name that hides another": "[1].forEach((a) => a);",
    "a parameter written over": "a = 2;",
    "code after a return": "return 1; a();",
    "text put in as markup": "a.innerHTML = '<b>';",
    "eval": "eval('1');",
}


def test_eslint_finds_nothing_in_the_shipped_files():
    done = lint([])
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("shape", ["Planted.js", "Planted.html"])
def test_each_slip_fails_eslint_in_a_file_and_in_a_page(tmp_path, shape):
    lines = [f"export_{number} = function (a) {{ {slip} return a; }};" for number, slip in enumerate(SLIPS.values())]
    head, foot = ("<p>\n<script>", "</script>") if shape.endswith("html") else ("", "")
    planted = tmp_path / shape
    planted.write_text("\n".join([head, *lines, foot]), encoding="utf-8")
    done = lint([str(planted)])
    assert done.returncode == 1
    first = head.count("\n") + 2
    found = {int(line.split(":")[0]) - first for line in done.stdout.split() if line[:1].isdigit() and ":" in line}
    assert [name for number, name in enumerate(SLIPS) if number not in found] == []


def test_a_page_may_use_no_name_that_a_browser_does_not_have(tmp_path):
    planted = tmp_path / "Planted.html"
    planted.write_text("<script>SpreadsheetApp.getUi();</script>", encoding="utf-8")
    assert "'SpreadsheetApp' is not defined" in lint([str(planted)]).stdout


@pytest.mark.parametrize("name", ["onEdit", "onChange"])
def test_no_handler_is_named_like_a_simple_trigger(name):
    """It would run a second time, without any rights (GOOGLE.md section 2)."""
    for path in FILES.glob("*.js"):
        assert f"function {name}(" not in path.read_text(encoding="utf-8"), path


def test_eslint_finds_nothing_in_the_page_and_would_find_a_slip(tmp_path):
    done = lint(page(), PAGE_RULES)
    assert done.returncode == 0, done.stdout
    planted = tmp_path / "planted.js"
    planted.write_text(
        "export const slip = (a) => (a == 1 ? undefinedName : (a.innerHTML = '<b>'));\n", encoding="utf-8"
    )
    done = lint([str(planted)], PAGE_RULES)
    assert [rule in done.stdout for rule in ("eqeqeq", "no-undef", "no-restricted-properties")] == [True] * 3
