"""bridge.toml: the shipped default works, every fault is named at once with its line, secrets stay out of it."""

from pathlib import Path

import pytest

from bridge.config.faults import line_of
from bridge.config.file import load
from bridge.config.model import ConfigError

KEY = "service_account.json"
GOOD = '[sheets.leads]\nspreadsheet = "1AbCdEfGh"\n'


def written(folder, text, **environ):
    (folder / "bridge.toml").write_text(text)
    (folder / KEY).write_text("{}")
    return load(environ, folder)


def faults(folder, text, **environ):
    with pytest.raises(ConfigError) as caught:
        written(folder, text, **environ)
    return str(caught.value)


def test_without_a_file_the_local_google_is_served(tmp_path):
    config = load({}, tmp_path)
    assert (config.local, config.port, list(config.sheets)) == (True, 5001, ["leads"])


def test_two_lines_name_a_real_sheet(tmp_path):
    config = written(tmp_path, GOOD)
    assert (config.local, config.google_url) == (False, "https://sheets.googleapis.com")
    assert config.sheets["leads"].mapping.statuses.task_status("LOST") == "DONE"


def test_the_readmes_examples_are_taken_as_they_stand(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in readme.splitlines() if line.startswith("    ")]
    tables = [index for index, line in enumerate(lines) if line.startswith("[sheets.leads")]
    settings = [line for line in lines[tables[0] : tables[-1] + 4] if line.startswith("[") or " = " in line]
    text = "\n".join(settings).replace("https://docs.google.com/spreadsheets/d/…/edit", "1AbCdEfGh")
    parts = text.split("[sheets.leads]\n")  # the two examples of that table are one file's
    sheet = written(tmp_path, "[sheets.leads]\n" + "".join(parts)).sheets["leads"]
    assert (sheet.mapping.title, sheet.match) == ("Call {name}", "name")
    assert sheet.mapping.by_field["score"].task_field == "assignee"
    assert "owner" not in sheet.mapping.by_field


def test_the_whole_address_of_a_spreadsheet_will_do(tmp_path):
    config = written(
        tmp_path, '[sheets.leads]\nspreadsheet = "https://docs.google.com/spreadsheets/d/1AbC_d-9/edit#gid=0"\n'
    )
    assert config.sheets["leads"].spreadsheet == "1AbC_d-9"


@pytest.mark.parametrize(
    "pasted", ["\u00a01AbC_d-9 ", "\ufeff1AbC_d-9", " https://docs.google.com/spreadsheets/d/1AbC_d-9\u200b/edit"]
)
def test_a_spreadsheet_is_known_whatever_nobody_sees_in_its_address(tmp_path, pasted):
    config = written(tmp_path, f'[sheets.leads]\nspreadsheet = "{pasted}"\n')
    assert config.sheets["leads"].spreadsheet == "1AbC_d-9"


@pytest.mark.parametrize("twin", ["NEW", "new", " New", "Ne\u200bw", "New\u00a0"])
def test_status_words_that_look_alike_are_a_fault_that_names_them(tmp_path, twin):
    words = f'[sheets.leads.statuses]\n"Nëw" = "DONE"\nNew = "TODO"\n"{twin}" = "IN_PROGRESS"\nDoing = "IN_PROGRESS"\n'
    told = faults(tmp_path, GOOD + words)
    assert f"'{twin}' and 'New' look alike in a sheet: keep one of them" in told
    assert "Nëw" not in told


@pytest.mark.parametrize("twin", ["Notes", "notes", " NOTES\u200b", "lead_id", "Lead\u00a0ID"])
def test_columns_whose_headers_look_alike_are_a_fault_that_names_both(tmp_path, twin):
    own = f'[sheets.leads.columns.owner]\nheaders = ["Owner", "{twin}"]\n'
    other = '[sheets.leads.columns.notes]\nheaders = ["notes"]\n[sheets.leads.columns.id]\nheaders = ["Lead ID"]\n'
    told = faults(tmp_path, GOOD + own + other)
    assert "look alike: change one of them" in told
    assert f"'{twin}'" in told


def test_a_header_like_that_of_a_shipped_column_is_a_fault(tmp_path):
    own = '[sheets.leads.columns.owner]\nheaders = ["NAME"]\n'
    assert "'NAME' and 'name', a header of column 'name', look alike" in faults(tmp_path, GOOD + own)


def test_a_status_word_of_which_nothing_can_be_seen_is_a_fault(tmp_path):
    words = '[sheets.leads.statuses]\n"\u00a0" = "TODO"\nDoing = "IN_PROGRESS"\nDone = "DONE"\n'
    assert "nothing of this word can be seen" in faults(tmp_path, GOOD + words)


def test_match_and_the_words_back_are_found_as_they_look(tmp_path):
    text = (
        GOOD
        + 'match = " Name\u00a0"\n[sheets.leads.back]\nTODO = "new\u00a0"\nIN_PROGRESS = "Contacted"\nDONE = "lost"\n'
    )
    sheet = written(tmp_path, text).sheets["leads"]
    assert (sheet.match, dict(sheet.mapping.statuses.back)) == (
        "name",
        {"TODO": "NEW", "IN_PROGRESS": "CONTACTED", "DONE": "LOST"},
    )


def test_every_fault_is_reported_at_once_with_its_line(tmp_path):
    text = '[bridge]\ncolour = "red"\n\n[sheets.leads]\nspreadsheet = 7\n\n[sheets.leads.columns.status]\npolicy = "mine"\n'
    told = faults(tmp_path, text)
    assert "line 2: bridge.colour" in told
    assert "line 5: sheets.leads.spreadsheet" in told
    assert "line 8: sheets.leads.columns.status.policy" in told


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ('title = "{surname}"\n', "line 3: sheets.leads.title: only {name} can stand in the title"),
        (
            '[sheets.leads.statuses]\nNEW = "OPEN"\nA = "TODO"\nB = "IN_PROGRESS"\nC = "DONE"\n',
            "line 4: sheets.leads.statuses.NEW: Input should be 'TODO', 'IN_PROGRESS' or 'DONE'",
        ),
        ('[sheets.leads.statuses]\nNEW = "TODO"\nWON = "DONE"\n', "no word means IN_PROGRESS"),
        ('[sheets.leads.back]\nDONE = "NEW"\n', "'NEW' does not mean DONE; use one of QUALIFIED, LOST"),
        ('[sheets.leads.columns.phone]\nheaders = ["phone"]\n', "needs kind and task_field"),
        (
            '[sheets.leads.columns.notes]\npolicy = "task"\n[sheets.leads.columns.memo]\nkind = "text"\ntask_field = "notes"\n',
            "already fed by column 'notes'",
        ),
        (f'title = "{"x" * 500}{{name}}"\n', "line 3: sheets.leads.title: the title is too long: no room for the name"),
        (
            '[sheets.leads.columns.phone]\nkind = "text"\ntask_field = "phone"\n',
            "task_field: use one of status, notes, assignee, due",
        ),
        ('[sheets.leads.columns.stage]\nkind = "text"\ntask_field = "status"\n', "already fed by column 'status'"),
    ],
)
def test_what_is_wrong_is_said_in_words(tmp_path, more, sentence):
    assert sentence in faults(tmp_path, GOOD + more)


SPELT = """[bridge]
colour = "red"
[sheets]
a.spreadsheet = "1AbCdEfGh"
a.title = 7
[sheets."b.c"]
spreadsheet = '''
tab = 8
'''
title = 9
tab = 10
[google]
x = 1
"""


def test_a_fault_has_its_line_however_the_file_is_spelt():
    places = [("bridge", "colour"), ("sheets", "a", "title"), ("sheets", "b.c", "title"), ("sheets", "b.c", "tab")]
    assert [line_of(SPELT, place) for place in places] == [2, 5, 10, 11]
    assert line_of("[google]\nlimits = { calls = 1, per = 2 }\n", ("google", "limits", "per")) == 2
    assert line_of('[google]\ncredentials = [\n"a",\n"b"]\n', ("google", "credentials", 1)) == 2
    assert line_of(SPELT, ("sheets", "a", "nothing")) in {3, 4}
    assert line_of("", ("sheets",)) is None


def test_a_missing_key_file_is_named(tmp_path):
    (tmp_path / "bridge.toml").write_text(GOOD)
    with pytest.raises(ConfigError, match=r"'service_account\.json' is not there"):
        load({}, tmp_path)


def test_a_broken_file_is_named_with_the_place(tmp_path):
    assert "line 1" in faults(tmp_path, "[sheets.leads\n")


def test_a_bad_port_is_said(tmp_path):
    with pytest.raises(ConfigError, match="PORT is 'http'"):
        load({"PORT": "http"}, tmp_path)


def test_a_secret_is_made_once_kept_private_and_found_again(tmp_path):
    first = load({}, tmp_path).sheets["leads"].secrets
    assert load({}, tmp_path).sheets["leads"].secrets == first
    assert (tmp_path / "instance" / ".env").stat().st_mode & 0o777 == 0o600


def test_two_secrets_live_side_by_side_during_rotation_and_neither_shows(tmp_path):
    both = "whsec_" + "A" * 43 + "= whsec_" + "B" * 43 + "="
    config = written(tmp_path, GOOD, LEADBRIDGE_SECRET_LEADS=both)
    assert len(config.sheets["leads"].secrets) == 2
    assert "whsec_" not in repr(config)


def test_a_bad_secret_is_said_without_showing_it(tmp_path):
    told = faults(tmp_path, GOOD, LEADBRIDGE_SECRET_LEADS="whsec_hunter2")
    assert "secret of sheet 'leads'" in told
    assert "hunter2" not in told


def test_own_words_columns_and_directions(tmp_path):
    config = written(
        tmp_path,
        GOOD + '[sheets.leads.statuses]\nOFFEN = "TODO"\nDRAN = "IN_PROGRESS"\nFERTIG = "DONE"\n'
        '[sheets.leads.columns.name]\nheaders = ["Kunde"]\n[sheets.leads.columns.notes]\ndirection = "to_sheet"\n',
    )
    mapping = config.sheets["leads"].mapping
    assert mapping.statuses.back == {"TODO": "OFFEN", "IN_PROGRESS": "DRAN", "DONE": "FERTIG"}
    assert mapping.by_field["name"].headers == ("Kunde",)
    assert mapping.rules["notes"].direction == "to_sheet"


TOGETHER = {
    "two sheets on one tab": (
        GOOD + '[sheets.more]\nspreadsheet = "abcdefghij"\n[sheets.more2]\nspreadsheet = "abcdefghij"\n',
        "sheet 'more' already syncs this tab",
    ),
    "two that make rows": (
        GOOD + 'create_rows = true\n[sheets.more]\nspreadsheet = "abcdefghij"\ncreate_rows = true\n',
        "sheet 'leads' makes it already",
    ),
    "a field nobody can match by": (GOOD + 'match = "due"\n', "name a text column that the task keeps"),
    "a due that is no date": (
        GOOD + '[sheets.leads.columns.due]\nheaders = ["due"]\n[sheets.leads.columns.when]\nkind = "text"\ntask_field = "due"\n',
        "the task's due is a date",
    ),
    "a sync column of one's own": (GOOD + '[sheets.leads.columns.sync]\ndirection = "both"\n', "belongs to the bridge"),
    "a negative grace": (GOOD + "grace = -1\n", "grace"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), TOGETHER.values(), ids=TOGETHER)
def test_what_cannot_go_together_is_said(tmp_path, text, sentence):
    assert sentence in faults(tmp_path, text)


def test_an_image_may_listen_elsewhere_than_bridge_toml_says(tmp_path):
    text = '[bridge]\nhost = "192.0.2.1"\n' + GOOD
    assert written(tmp_path, text).host == "192.0.2.1"
    assert written(tmp_path, text, LEADBRIDGE_HOST="0.0.0.0").host == "0.0.0.0"


def test_no_proxy_is_trusted_unless_told_and_never_a_negative_number_of_them(tmp_path):
    assert written(tmp_path, GOOD).trusted_proxies == 0
    assert written(tmp_path, "[bridge]\ntrusted_proxies = 2\n" + GOOD).trusted_proxies == 2
    assert "bridge.toml line 2: bridge.trusted_proxies" in faults(tmp_path, "[bridge]\ntrusted_proxies = -1\n" + GOOD)


def test_a_file_in_another_encoding_is_told_so(tmp_path):
    (tmp_path / "bridge.toml").write_bytes("# café\n".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"bridge.toml: byte 6 is not UTF-8: save the file as UTF-8"):
        load({}, tmp_path)
