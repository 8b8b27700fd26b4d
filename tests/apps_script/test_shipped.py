"""What is shipped: the least rights, each explained, and the files that a push or a paste needs."""

import json
import re
import shutil
from fnmatch import fnmatch
from pathlib import Path

import pytest

from bridge.local_google.app import SCRIPT_FILES
from bridge.local_google.errors import Invalid
from tests.apps_script.conftest import Receiver, Sheet

README = (SCRIPT_FILES.parent / "README.md").read_text(encoding="utf-8")
MANIFEST = json.loads((SCRIPT_FILES / "appsscript.json").read_text(encoding="utf-8"))
SCOPES = [scope.rpartition("/")[2] for scope in MANIFEST["oauthScopes"]]


def everything(sheet: Sheet) -> str:
    """What a person is told who opens the sidebar and presses Install; nothing, when all went well."""
    try:
        sheet.scripts.run("bridgeInstall", [])
        sheet.scripts.run("bridgeSetup", [])
        said = sheet.scripts.run("bridgeInstallHere", [sheet.receiver.connection, 0])["result"]
    except Invalid as refusal:
        return str(refusal)
    return "" if said["ok"] else str(said["said"])


@pytest.mark.parametrize("without", [None, *SCOPES])
def test_the_manifest_asks_for_the_scopes_that_installing_needs_and_no_more(
    tmp_path: Path, receiver: Receiver, without: str | None
) -> None:
    files = tmp_path / "script"
    shutil.copytree(SCRIPT_FILES, files)
    kept = [scope for scope in MANIFEST["oauthScopes"] if scope.rpartition("/")[2] != without]
    (files / "appsscript.json").write_text(json.dumps(MANIFEST | {"oauthScopes": kept}), encoding="utf-8")
    sheet = Sheet(tmp_path, receiver, files)
    told = everything(sheet)
    sheet.close()
    assert (told == "") if without is None else (without in told)


def test_each_scope_is_explained_in_the_readme() -> None:
    assert [scope for scope in SCOPES if f"`{scope}`" not in README] == []


def test_a_push_takes_every_file_of_the_script_and_nothing_else() -> None:
    rules = (SCRIPT_FILES / ".claspignore").read_text(encoding="utf-8").split()
    taken = {
        path.name
        for path in SCRIPT_FILES.iterdir()
        if any(fnmatch(path.name, rule[1:]) for rule in rules if rule.startswith("!"))
    }
    assert rules[0] == "**/**"
    assert taken == {path.name for path in SCRIPT_FILES.iterdir() if not path.name.startswith(".")}


def test_the_files_for_clasp_are_there_and_hold_no_ones_script_id() -> None:
    example = json.loads((SCRIPT_FILES / ".clasp.json.example").read_text(encoding="utf-8"))
    assert example["rootDir"] == "."
    assert " " in example["scriptId"]  # words, not an id


def test_no_two_files_declare_the_same_name() -> None:
    """All files of a project share one scope, so the second would silently win."""
    declared: list[str] = []
    for path in SCRIPT_FILES.glob("*.js"):
        declared += re.findall(
            r"^(?:function|const|let|var|class) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    assert len(declared) > 50
    assert sorted(declared) == sorted(set(declared))
