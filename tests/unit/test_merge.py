"""The merge table, a sentence per row, and what must hold for any three leads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.merge import Conflict, FieldRule, Merge, classify_read, merge

RULES = {"f": FieldRule()}

TABLE = [
    ("nothing changed, nothing follows", "a", "a", "a", {}, {}),
    ("a change in the sheet goes to the task", "a", "b", "a", {"f": "b"}, {}),
    ("a change of the task goes to the sheet", "a", "a", "b", {}, {"f": "b"}),
    ("the same change on both sides only moves the base", "a", "b", "b", {}, {}),
    ("an emptied cell is a change", "a", None, "a", {"f": None}, {}),
    ("FALSE is a value, not an empty cell", None, False, None, {"f": False}, {}),
]


@pytest.mark.parametrize(
    ("base", "sheet", "task", "to_task", "to_sheet"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_table(base, sheet, task, to_task, to_sheet):
    assert merge({"f": base}, {"f": sheet}, {"f": task}, RULES, "sheet") == Merge({"f": sheet}, to_task, to_sheet)


@pytest.mark.parametrize(
    ("policy", "latest", "winner"),
    [("sheet", "task", "sheet"), ("task", "sheet", "task"), ("latest", "sheet", "sheet"), ("latest", "task", "task")],
)
def test_a_conflict_is_decided_by_the_policy_and_the_loser_is_reported(policy, latest, winner):
    merged = merge({"f": "a"}, {"f": "s"}, {"f": "t"}, {"f": FieldRule(policy=policy)}, latest)
    kept, lost = ("s", "t") if winner == "sheet" else ("t", "s")
    assert merged.conflicts == (Conflict("f", winner, kept, lost),)
    assert (merged.task, merged.sheet) == (({"f": "s"}, {}) if winner == "sheet" else ({}, {"f": "t"}))


def test_a_field_that_the_task_does_not_say_never_comes_back():
    assert merge({"f": "a"}, {"f": "a"}, {}, {"f": FieldRule("to_task")}, "sheet").sheet == {}


def test_a_field_that_only_goes_to_the_sheet_is_put_back_when_a_person_types_over_it():
    merged = merge({"f": "7"}, {"f": "99"}, {"f": "7"}, {"f": FieldRule("to_sheet")}, "sheet")
    assert (merged.task, merged.sheet) == ({}, {"f": "7"})


def test_a_column_that_is_not_in_the_sheet_keeps_its_base():
    assert (
        merge({"f": "a", "g": "x"}, {"f": "a"}, {"f": "a", "g": "y"}, RULES | {"g": FieldRule()}, "sheet").base["g"]
        == "x"
    )


values = st.one_of(st.none(), st.booleans(), st.sampled_from("abc"))
leads = st.dictionaries(st.sampled_from("fgh"), values)
rules = st.fixed_dictionaries(
    {
        name: st.builds(
            FieldRule, st.sampled_from(["both", "to_task", "to_sheet"]), st.sampled_from(["sheet", "task", "latest"])
        )
        for name in "fgh"
    }
)


@given(leads, leads, leads, rules, st.sampled_from(["sheet", "task"]))
def test_applying_a_merge_leaves_nothing_to_merge(base, sheet, task, rules, latest):
    merged = merge(base, sheet, task, rules, latest)
    again = merge(merged.base | merged.sheet, sheet | merged.sheet, task | merged.task, rules, latest)
    assert (again.task, again.sheet, again.conflicts) == ({}, {}, ())


@given(leads, leads, leads, rules, st.sampled_from(["sheet", "task"]))
def test_no_side_is_told_what_neither_side_said(base, sheet, task, rules, latest):
    merged = merge(base, sheet, task, rules, latest)
    for name, value in (merged.task | merged.sheet).items():
        assert value in (sheet.get(name), task.get(name), base.get(name))


def test_a_value_we_wrote_and_did_not_see_confirmed_is_not_a_persons_edit():
    assert classify_read({"f": "NEW"}, {"f": "DONE"}, {"f": ["DONE"]}, {}, ()) == ({"f": "DONE"}, frozenset())


def test_a_value_replaced_moments_ago_is_in_doubt():
    assert classify_read({"f": "DONE"}, {"f": "NEW"}, {}, {"f": ["NEW"]}, ()) == ({"f": "DONE"}, {"f"})


def test_a_field_the_person_has_just_edited_is_what_it_says():
    assert classify_read({"f": "DONE"}, {"f": "NEW"}, {"f": ["NEW"]}, {"f": ["NEW"]}, {"f"}) == (
        {"f": "DONE"},
        frozenset(),
    )
