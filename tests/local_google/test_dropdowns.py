"""Dropdowns from a list or a range, for one option or several: with gspread, by hand, and as the API shows them."""

from typing import Any

import gspread
import pytest
import requests
from gspread.utils import ValidationConditionType

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.cells import Validation
from tests.local_google.conftest import Google, Served

FROM_RANGE = ValidationConditionType.one_of_range
MASK = "sheets.data.rowData.values.dataValidation"


def shown(google: Google, where: str) -> dict[str, Any]:
    """The rule of a cell, as the API shows it."""
    cell = google.get(ranges=where, fields=MASK)["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    rule: dict[str, Any] = cell["dataValidation"]
    return rule


@pytest.fixture
def listed(sheet: gspread.Worksheet, served: Served) -> gspread.Worksheet:
    """A status that must be one of those on another tab."""
    served.local.book.add_tab("My lists").write(1, 1, [["Status"], ["NEW"], ["LOST"]])
    sheet.add_validation(
        "C2:C9", FROM_RANGE, ["='My lists'!a2:A"], strict=True, showCustomUi=True, inputMessage="choose"
    )
    return sheet


def test_a_strict_range_binds_the_person_but_not_the_api(listed: gspread.Worksheet, served: Served) -> None:
    refused = served.post("/edit", {"range": "C2", "values": [["WON"]]})
    assert (refused.status_code, "takes only: NEW, LOST" in refused.text) == (400, True)
    assert served.post("/edit", {"range": "C2", "values": [["LOST"]]}).status_code == 200
    listed.update([["WON"]], "C3")
    assert listed.col_values(3) == ["status", "LOST", "WON"]


def test_an_option_that_is_added_to_the_range_may_be_chosen(listed: gspread.Worksheet, served: Served) -> None:
    listed.spreadsheet.worksheet("My lists").update([["WON"]], "A4")
    served.local.person.choose("C2", ["WON"])
    assert listed.col_values(3) == ["status", "WON"]
    assert served.post("/edit", {"range": "C2", "values": [["won"]]}).status_code == 400


def test_a_range_that_is_not_strict_takes_anything(sheet: gspread.Worksheet, served: Served) -> None:
    sheet.add_validation("C2:C9", FROM_RANGE, ["=F2:F5"])
    assert served.post("/edit", {"range": "C2", "values": [["WON"]]}).status_code == 200


def test_the_rule_is_shown_with_an_absolute_range(listed: gspread.Worksheet, google: Google) -> None:
    assert shown(google, "Leads!C2") == {
        "condition": {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "='My lists'!$A$2:$A"}]},
        "strict": True,
        "showCustomUi": True,
        "inputMessage": "choose",
    }


def test_the_rule_follows_its_tabs_name_and_ends_with_it(
    listed: gspread.Worksheet, google: Google, served: Served
) -> None:
    served.local.person.rename("My lists", "Words")
    assert shown(google, "Leads!C2")["condition"]["values"] == [{"userEnteredValue": "=Words!$A$2:$A"}]
    served.local.person.delete_tab("Words")
    assert shown(google, "Leads!C2")["condition"]["values"] == [{"userEnteredValue": "=#REF!"}]
    assert served.post("/edit", {"range": "C2", "values": [["NEW"]]}).status_code == 400


def test_the_page_offers_what_the_range_lists(listed: gspread.Worksheet, served: Served) -> None:
    served.leads.write(2, 1, [["1", "Ada", "", "7"]])
    rows = requests.get(f"{served.url}/grid", timeout=60).json()["rows"]
    (cell,) = [cell for cell in rows[1] if "options" in cell]
    assert cell["options"] == ["NEW", "LOST"]


@pytest.mark.parametrize("values", [[], ["=Nix!A1:A2"], ["=A1:A2", "=B1:B2"], ["NEW"], ["="], ["=Leads"]])
def test_a_range_that_is_none_is_refused(sheet: gspread.Worksheet, served: Served, values: list[str]) -> None:
    before = served.local.book.now
    with pytest.raises(gspread.exceptions.APIError) as raised:
        sheet.add_validation("C2:C9", FROM_RANGE, values, strict=True)
    assert (raised.value.response.status_code, served.local.book.now) == (400, before)


def test_several_options_are_chosen_where_the_dropdown_takes_several(served: Served, google: Google) -> None:
    person = served.local.person
    person.dropdown("C2:C9", ["NEW", "LOST", "WON"], multiple=True)
    person.choose("C2", ["NEW", "WON"])
    assert google.values("get", range="C2")["values"] == [["NEW, WON"]]
    assert served.post("/edit", {"range": "C3", "values": [["LOST, NEW"]]}).status_code == 200
    with pytest.raises(Invalid, match="takes only: NEW, LOST, WON"):
        person.choose("C2", ["NEW", "GONE"])


def test_the_api_does_not_say_that_a_dropdown_takes_several(served: Served, google: Google) -> None:
    served.local.person.dropdown("C2", ["NEW", "LOST"], multiple=True)
    values = [{"userEnteredValue": "NEW"}, {"userEnteredValue": "LOST"}]
    assert shown(google, "C2") == {
        "condition": {"type": "ONE_OF_LIST", "values": values}, "strict": True, "showCustomUi": True
    }  # fmt: skip


def test_a_dropdown_takes_one_option_by_itself(served: Served) -> None:
    person = served.local.person
    person.dropdown("C2", source="F2:F4")
    served.leads.write(2, 6, [["NEW"], ["LOST"]])
    person.choose("C2", ["NEW"])
    with pytest.raises(Invalid, match="no dropdown"):
        person.choose("C2", ["NEW", "LOST"])
    with pytest.raises(Invalid, match="takes only: NEW, LOST"):
        person.edit("C2", [["NEW, LOST"]])
    with pytest.raises(Invalid, match="no dropdown"):
        person.choose("B2", ["NEW"])
    assert served.leads.values(2, 3) == [["NEW"]]


def test_a_dropdown_that_a_person_made_is_undone(served: Served) -> None:
    assert served.post("/dropdown", {"range": "C2:C3", "options": ["NEW"]}).status_code == 200
    assert served.leads.cells(3, 3)[0][0].validation == Validation("ONE_OF_LIST", ("NEW",), strict=True)
    served.local.person.undo()
    assert served.leads.cells(3, 3)[0][0].validation is None
