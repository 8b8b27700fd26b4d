"""A title that is edited in the tracker: the name follows it, or the history keeps it. It is never lost without a word."""

import pytest

from bridge.sync.merge_row import NO_NAME


def needs(stack):
    return [need for need in stack.get("/needs") if need["kind"] != "silent"]


def rename(stack, name, channel):
    """A person renames the lead in the sheet."""
    stack.edit("B2", [name])
    if channel == "delivery":
        stack.deliver([12, name, "NEW", 1], seq=9, edited={"first": 2, "last": 2, "typed": name})
        stack.settle()
    else:
        stack.sweep()


def test_a_title_that_follows_the_template_renames_the_lead(linked):
    linked.patch(1, title="Follow up: Vikram Singh")
    linked.settle()
    assert linked.cell("B2") == "Vikram Singh"
    assert {one["state"] for one in linked.changes(1) if one["field"] == "name"} == {"applied"}
    linked.sweep()
    assert (linked.task(1)["title"], linked.cell("B2"), needs(linked)) == (
        "Follow up: Vikram Singh",
        "Vikram Singh",
        [],
    )


@pytest.mark.parametrize("channel", ["delivery", "sweep"])
def test_a_title_of_its_own_gives_way_to_the_name_and_can_be_taken_back(linked, channel):
    linked.patch(1, title="Call on Monday")
    linked.settle()
    assert linked.cell("B2") == "Vikram"
    rename(linked, "Vik", channel)
    assert linked.task(1)["title"] == "Follow up: Vik"
    (lost,) = [one for one in linked.changes(1) if one["state"] == "lost"]
    assert (lost["field"], lost["new"], lost["old"]) == ("title", "Call on Monday", "Follow up: Vik")
    assert [(need["kind"], need["field"]) for need in needs(linked)] == [("conflict", "title")]
    assert linked.post_to(f"/changes/{lost['id']}/take").status_code == 200
    linked.settle()
    assert (linked.task(1)["title"], linked.cell("B2"), needs(linked)) == ("Call on Monday", "Vik", [])


@pytest.mark.parametrize("channel", ["delivery", "sweep"])
def test_a_title_and_a_name_that_change_at_once_are_a_conflict_like_any_other(linked, channel):
    linked.patch(1, title="Follow up: Bob")
    rename(linked, "Carl", channel)
    assert (linked.task(1)["title"], linked.cell("B2")) == ("Follow up: Carl", "Carl")
    assert [one["new"] for one in linked.changes(1) if one["state"] == "lost"] == ["Bob"]


@pytest.mark.parametrize("channel", ["delivery", "sweep"])
def test_the_name_renames_the_task_as_ever_and_asks_nobody(linked, channel):
    rename(linked, "Vik", channel)
    assert (linked.task(1)["title"], needs(linked)) == ("Follow up: Vik", [])


def test_an_undone_name_keeps_a_title_of_its_own_in_the_history(linked):
    rename(linked, "Vik", "sweep")
    change = next(one["id"] for one in linked.changes(1) if one["field"] == "name")
    linked.patch(1, title="Call on Monday")
    linked.settle()
    linked.post_to(f"/changes/{change}/undo")
    linked.settle()
    assert (linked.task(1)["title"], linked.cell("B2")) == ("Follow up: Vikram", "Vikram")
    assert [one["new"] for one in linked.changes(1) if one["state"] == "lost"] == ["Call on Monday"]


def test_a_renaming_that_is_undone_gives_the_lead_its_name_back(linked):
    linked.patch(1, title="Follow up: Bob")
    linked.settle()
    change = next(one["id"] for one in linked.changes(1) if one["field"] == "title")
    linked.post_to(f"/changes/{change}/undo")
    linked.settle()
    assert (linked.task(1)["title"], linked.cell("B2")) == ("Follow up: Vikram", "Vikram")


def test_what_no_column_shows_is_not_said_to_be_in_the_sheet(linked):
    linked.patch(1, title="Call on Monday")
    linked.settle()
    (title,) = [one for one in linked.changes(1) if one["field"] == "title"]
    assert title["reason"] == "in the task alone: no column of the sheet shows it"


@pytest.mark.parametrize(("title", "name"), [("Follow up: Carla", "Carla"), ("Call Carla", "Call Carla")])
def test_a_title_that_changes_before_its_row_is_made_names_the_row(running, title, name):
    stack = running(header=["id", "name", "status", "task_id"], create_rows=True)
    stack.edit("A2:C2", [12, "Vikram", "NEW"])
    stack.settle()
    posted = stack.post_to("/tasks", title="Follow up: Ann").json()["id"]
    stack.patch(posted, title=title)
    stack.settle()
    assert (stack.cell("B3"), stack.task(posted)["title"]) == (name, title)
    stack.sweep()
    assert (stack.cell("B3"), stack.task(posted)["title"]) == (name, title)


@pytest.mark.parametrize("channel", ["delivery", "sweep"])
def test_a_name_that_is_cleared_leaves_the_task_its_title_and_is_told(linked, channel):
    rename(linked, "", channel)
    assert (linked.task(1)["title"], linked.cell("B2")) == ("Follow up: Vikram", None)
    assert [(need["kind"], need["field"], need["why"]) for need in needs(linked)] == [("refused", "name", NO_NAME)]
    linked.edit("C2", ["CONTACTED"])
    linked.sweep()
    assert linked.task(1)["status"] == "IN_PROGRESS"
    rename(linked, "Vik", channel)
    assert (linked.task(1)["title"], needs(linked)) == ("Follow up: Vik", [])


def test_a_title_that_changes_while_its_lead_has_no_name_names_the_lead(linked):
    rename(linked, "", "sweep")
    linked.patch(1, title="Follow up: Vikram Singh")
    linked.settle()
    linked.sweep()
    assert (linked.cell("B2"), linked.task(1)["title"]) == ("Vikram Singh", "Follow up: Vikram Singh")
    assert needs(linked) == []
