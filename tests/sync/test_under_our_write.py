"""What a person does in a cell between our read and our write stands at the end, or that lead's history names it."""

import pytest

from bridge.core.cells import cell_value
from bridge.core.typed import as_typed, cell_as_typed, stands_in
from bridge.core.values import Cell, Day
from bridge.errors import Transient
from bridge.store.models import ChangeState, Rule
from bridge.worker.run import run

HEADER = ["id", "name", "status", "task_id", "notes", "owner", "due"]
ROWS = [
    [1, "Ann", "NEW", None, "a", "Old", "2026-11-01"],
    [2, "Bob", "CONTACTED", None, "b", "Two", "2026-11-02"],
    [3, "Cyd", "LOST", None, "c", "Three", "2026-11-03"],
]
OURS = {
    "name": {"title": "Follow up: Api"},
    "status": {"status": "DONE"},
    "notes": {"notes": "from the API"},
    "owner": {"assignee": "Api"},
    "due": {"due": "2026-12-24"},
}
LONG = "long " * 300 + "end"
TYPED = [
    *[(field, "") for field in ("status", "notes", "owner", "due")],
    *[("status", word) for word in ("LOST", "CONTACTED", "contacted", "NEW")],
    *[("due", day) for day in ("2026-12-05", "5.12.2026")],
    *[(field, text) for field in ("name", "notes", "owner") for text in ("typed", "two\nlines", "😀 ü", "  outer  ")],
    *[("notes", text) for text in (42, "42", -3, 12.5, "50%", "12.5%", "$5", "2026-12-03", "3.12.2026", "14:30")],
    *[("notes", text) for text in ("2026-12-03 14:30", "TRUE", "0012", "1234567890123456", "#N/A", "=1+1", "'007", LONG)],
    *[("due", text) for text in (-3, "50%", "42", "99999999999")],
    ("owner", "2026-12-03"), ("due", "soon"), ("due", "14:30"), ("status", "HOT"),
]  # fmt: skip


@pytest.fixture
def filled(running):
    """Three leads with a value in every column, in sync, and the sheet's script."""
    stack = running(header=HEADER)
    stack.install()
    stack.settle()
    stack.edit("A2:G4", *ROWS)
    stack.settle()
    stack.later(61)  # what the first sync wrote is no write of ours any more
    stack.settle()
    return stack


def at(field, row=2):
    return f"{'ABCDEFG'[HEADER.index(field)]}{row}"


def looks(stack, field, row=2):
    """What a person sees in the cell."""
    return stack.google.book.tab("Leads").shown(row, HEADER.index(field) + 1)[0][0]


def told(stack, field, task_id=1):
    """The newest change of this field by the sheet, and what became of it."""
    mine = [one for one in stack.changes(task_id) if (one["side"], one["field"]) == ("sheet", field)]
    return [(one["new"], one["state"], one["rule"]) for one in mine]


def before_our_write(stack, act, **patch):
    """A person acts when our write of lead 1 is on its way."""
    stack.google.trouble.before_write(act)
    stack.patch(1, **patch)


def agree(stack, field):
    """Row and task of lead 1 say the same."""
    row, task = stack.google.book.tab("Leads").shown(2, 1, 1, len(HEADER))[0], stack.task(1)
    means = {"NEW": "TODO", "": "TODO", "CONTACTED": "IN_PROGRESS", "QUALIFIED": "DONE", "LOST": "DONE"}
    shown = row[HEADER.index(field)]
    said = {
        "name": (shown, task["title"].removeprefix("Follow up: ")),
        "status": (means.get(shown.upper()), task["status"]),
        "notes": (shown, (task["notes"] or "").replace("Auto-created from Sheets", "")),
        "owner": (shown, task["assignee"] or ""),
    }
    left, right = said.get(field, (0, 0))
    return left == right


@pytest.mark.parametrize(("field", "typed"), TYPED, ids=[f"{field} {str(typed)[:18]!r}" for field, typed in TYPED])
def test_what_a_person_types_into_a_cell_under_our_write_stands_or_is_named(filled, field, typed):
    stood = []

    def person():
        filled.edit(at(field), [typed])
        stood.append(looks(filled, field))

    before_our_write(filled, person, **OURS[field])
    filled.settle()
    filled.later(15)
    filled.settle()
    if looks(filled, field) == stood[0] or looks(filled, field).strip() == stood[0].strip():
        assert agree(filled, field) or typed in {"=1+1", "#N/A"}
    else:
        assert told(filled, field), (looks(filled, field), stood)
    assert filled.cell(at(field, 3)) == filled.google.book.tab("Leads").values(3, HEADER.index(field) + 1)[0][0]
    assert told(filled, field, 2) == [] or all(one[1] == "applied" for one in told(filled, field, 2))


@pytest.mark.both
@pytest.mark.parametrize("field", ["status", "notes", "owner", "due"])
def test_a_cell_cleared_under_our_write_is_empty_at_the_end(filled, field):
    before_our_write(filled, lambda: filled.edit(at(field), [""]), **OURS[field])
    filled.settle()
    assert looks(filled, field) == ""
    assert agree(filled, field)
    assert told(filled, field)[0] == (None, ChangeState.APPLIED, Rule.SHEET)


@pytest.mark.parametrize(
    ("typed", "seen", "value"),
    [
        ("50%", "50%", 0.5),
        ("2026-12-03", "2026-12-03", 46359.0),
        ("3.12.2026", "03.12.2026", 46359.0),
        (42, "42", 42.0),
    ],
)
def test_a_number_typed_into_a_column_of_text_under_our_write_is_a_number_again(filled, typed, seen, value):
    before_our_write(filled, lambda: filled.edit(at("notes"), [typed]), notes="from the API")
    filled.settle()
    filled.later(3)
    filled.settle()
    assert (looks(filled, "notes"), filled.task(1)["notes"]) == (seen, seen)
    assert filled.google.book.tab("Leads").cells(2, 5)[0][0].value == value


MOMENTS = {
    "before the read": lambda _, act: act(),
    "between read and write": lambda stack, act: stack.google.trouble.before_write(act),
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("told_late", [False, True])
@pytest.mark.parametrize(("field", "typed"), [("notes", ""), ("notes", "50%"), ("status", ""), ("due", "2026-12-05")])
def test_whenever_it_is_typed_it_stands(filled, field, typed, moment, told_late):
    """Told late: the script starts after our write was confirmed and the bridge has looked again."""
    MOMENTS[moment](filled, lambda: filled.edit(at(field), [typed]))
    filled.patch(1, **OURS[field])
    if told_late:
        run(filled.runtime, "leads")
        filled.clock.advance(4)
    filled.settle()
    filled.later(15)
    filled.settle()
    assert looks(filled, field) == typed
    assert agree(filled, field)


@pytest.mark.parametrize(("field", "typed"), [("notes", "mine"), ("notes", ""), ("status", "LOST"), ("status", "")])
def test_what_is_typed_under_a_write_that_gets_no_answer_stands(filled, field, typed):
    sheet = filled.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        filled.edit(at(field), [typed])
        real(writes)
        raise Transient("no answer")

    sheet.write = write
    filled.patch(1, **OURS[field])
    filled.settle()
    filled.later(15)
    filled.settle()
    assert looks(filled, field) == typed
    assert agree(filled, field)


@pytest.mark.both
@pytest.mark.parametrize("down", [20, 90])
def test_a_last_word_told_late_that_equals_a_write_without_an_answer_is_neither_undone_nor_unnamed(filled, down):
    """The write lands when its worker is dead, over a word that was taken; the person types what it wrote again."""
    sheet = filled.runtime.sheet("leads")
    real = sheet.write

    def write(writes):
        sheet.write = real
        filled.edit(at("status"), ["QUALIFIED"])
        filled.google.scripts.wait_idle(0)
        real(writes)
        raise SystemExit

    sheet.write = write
    filled.patch(1, status="IN_PROGRESS")
    with pytest.raises(SystemExit):
        run(filled.runtime, "leads")
    assert (filled.task(1)["status"], looks(filled, "status")) == ("DONE", "CONTACTED")
    filled.stop_bridge()
    for word in ("NEW", "CONTACTED"):
        filled.edit(at("status"), [word])
        filled.google.scripts.wait_idle(0)
    filled.clock.advance(down)
    filled.start_bridge()
    filled.settle(120)
    filled.google.scripts.run("bridgeEveryFiveMinutes", [])
    filled.settle()
    filled.later(15)
    filled.settle()
    assert (looks(filled, "status"), filled.task(1)["status"]) == ("CONTACTED", "IN_PROGRESS")
    assert ("CONTACTED", ChangeState.APPLIED, Rule.SHEET) in told(filled, "status")


def test_of_two_words_told_late_the_later_stands_though_signatures_have_whole_seconds(filled):
    """Typed within a tenth of a second; a new second begins between the two deliveries."""
    filled.patch(1, notes="from the API")
    filled.settle()
    filled.clock.advance((0.5 - filled.clock.now().microsecond / 1e6) % 1)
    typed = filled.clock.now()
    filled.clock.advance(30.4)
    row = [1, "Ann", "NEW", 1, "from the API", "Old", "2026-11-01"]
    for seq, (word, after) in enumerate([("first", 0), ("second", 100)]):
        edited = {"first": 5, "last": 5, "typed": word, "at": int(typed.timestamp() * 1000) + after}
        filled.deliver(row, seq=9 * 10**15 + seq, header=HEADER, edited=edited).raise_for_status()
        filled.clock.advance(0.1)
    filled.later(15)
    filled.settle()
    assert (looks(filled, "notes"), filled.task(1)["notes"]) == ("second", "second")


@pytest.mark.parametrize("pasted", ["", "pasted", 7])
def test_a_paste_under_our_write_is_named_though_its_word_is_not_known(filled, pasted):
    cells = at("notes") + ":" + at("owner")
    act = lambda: filled.google.person.edit(cells, [[pasted, "Own"]], pasted=True)  # noqa: E731
    before_our_write(filled, act, notes="from the API")
    filled.settle()
    assert (looks(filled, "notes"), looks(filled, "owner")) == ("from the API", "Own")
    assert told(filled, "notes") == [(None, ChangeState.REFUSED, Rule.COVERED)]
    assert told(filled, "owner") == [("Own", ChangeState.APPLIED, Rule.SHEET)]


def test_a_paste_that_our_read_showed_is_no_unknown_one(filled):
    filled.patch(1, notes="from the API")
    filled.google.person.edit(at("notes"), [["pasted"]], pasted=True)
    filled.settle()
    assert (looks(filled, "notes"), told(filled, "notes")[0][1]) == ("pasted", ChangeState.APPLIED)
    assert len(told(filled, "notes")) == 1


def test_a_sorted_row_that_was_written_just_now_is_no_unknown_paste(filled):
    filled.patch(1, notes="from the API")
    filled.settle()
    filled.google.person.lines("move", "Leads", 2, before=4)
    filled.google.person.lines("move", "Leads", 3, before=2)
    filled.settle()
    assert told(filled, "notes") == []


def test_a_word_offered_in_the_history_comes_back_as_it_was_typed(filled):
    """Of two words under our write the later stands; the other is offered, and taking it makes it a percent again."""

    def person():
        filled.edit(at("notes"), ["50%"])
        filled.edit(at("notes"), ["25%"])

    before_our_write(filled, person, notes="from the API")
    filled.settle()
    filled.later(15)
    filled.settle()
    assert (looks(filled, "notes"), filled.task(1)["notes"]) == ("25%", "25%")
    (offered,) = [one for one in filled.changes(1) if one["state"] == "lost"]
    assert (offered["new"], offered["rule"]) == ("50%", Rule.COVERED)
    filled.post_to(f"/changes/{offered['id']}/take").raise_for_status()
    filled.settle()
    assert (looks(filled, "notes"), filled.task(1)["notes"]) == ("50%", "50%")
    assert filled.google.book.tab("Leads").cells(2, 5)[0][0].value == 0.5


def test_a_word_that_no_field_takes_is_named_when_our_write_covers_it(filled):
    before_our_write(filled, lambda: filled.edit(at("due"), ["soon"]), due="2026-12-24")
    filled.settle()
    filled.later(15)
    filled.settle()
    assert looks(filled, "due") in {"2026-12-24", "24.12.2026", "24/12/2026", "24.12.26"}
    assert told(filled, "due")[0][:2] == ("soon", ChangeState.REFUSED)


@pytest.mark.parametrize(("field", "typed"), [("due", "2026-12-05"), ("notes", "42")])
def test_what_another_row_got_too_at_that_time_is_no_proof_that_it_was_typed_there(filled, field, typed):
    """The other's event is dropped, so the sweep that looks for the first finds the second."""
    before_our_write(filled, lambda: filled.edit(at(field), [typed]), **OURS[field])
    filled.google.trouble.edit_queue = 0
    filled.edit(at(field, 3), [typed])
    filled.google.trouble.edit_queue = None
    filled.settle()
    filled.later(15)
    filled.settle()
    assert looks(filled, field, 3) == typed
    assert (typed, ChangeState.LOST, Rule.COVERED) in told(filled, field)


def test_a_date_under_a_write_for_another_lead_is_offered_as_one(running):
    """The event tells a bare number, and the lead that stands there when the script looks has no date."""
    stack = running(header=HEADER)
    stack.install()
    stack.edit("A2:C4", *(row[:3] for row in ROWS))
    stack.settle()
    sheet, move = stack.runtime.sheet("leads"), stack.google.person.lines
    real = sheet.write

    def write(writes):
        sheet.write = real
        move("move", "Leads", 2, before=4)
        stack.edit(at("due"), ["2026-12-05"])
        echoed = real(writes)
        move("move", "Leads", 4, before=2)
        return echoed

    sheet.write = write
    stack.patch(1, due="2026-12-24")
    stack.settle()
    assert ("2026-12-05", ChangeState.LOST, Rule.COVERED) in told(stack, "due", 2)
    assert [task["due"] for task in stack.tasks()] == ["2026-12-24", None, None]


def test_a_cell_cleared_in_a_row_that_moves_is_empty_in_that_row_only(filled):
    """Another lead, whose cell we wrote just now, stands at that place when the script looks."""
    filled.patch(2, notes="from the API")
    filled.settle()
    filled.clock.advance(5)
    filled.edit(at("notes"), [""])
    filled.google.person.lines("move", "Leads", 2, before=4)
    filled.settle()
    filled.later(15)
    filled.settle()
    rows = {row[0]: row[4] for row in filled.google.book.tab("Leads").shown(2, 1, 3, 5)}
    assert rows == {"1": "", "2": "from the API", "3": "c"}
    assert told(filled, "notes", 2) == []


@pytest.mark.parametrize(
    ("typed", "cell", "there"),
    [
        ("", Cell(), True), ("", Cell("x", "x"), False), ("0.5", Cell(0.5, "50%"), True), ("1", Cell(True, "TRUE"), False),
        ("TRUE", Cell(True, "TRUE"), True), ("46359", Cell(Day("2026-12-03"), ""), True), ("1E+999", Cell(1.0, "1"), False),
        ("99999999999", Cell(Day("2026-12-03"), ""), False), (" x ", Cell("x", "x"), True), ("x", Cell(3.0, "3"), False),
    ],
)  # fmt: skip
def test_a_cell_holds_what_the_event_tells_or_not(typed, cell, there):
    assert stands_in(cell, typed) is there


@pytest.mark.parametrize(
    ("typed", "number_format", "seen"),
    [
        ("46359", "DATE", "2026-12-03"), ("46359.604166666664", "DATE_TIME", "2026-12-03 14:30:00"), ("0.5", "PERCENT", "50%"),
        ("0.604166666666667", "TIME", "14:30:00"), ("42", "", "42"), ("-3.5", "", "-3.5"), ("42", "TEXT", "42"),
        ("0012", "TEXT", "0012"), ("text", "PERCENT", "text"), ("1E+999", "DATE", "1E+999"),
    ],
)  # fmt: skip
def test_what_was_typed_looks_as_the_cell_shows_it_and_goes_back_as_the_same_number(typed, number_format, seen):
    present = Cell("ours", "ours", format=number_format)
    assert as_typed(typed, present).shown == seen
    back = cell_as_typed("text", seen, present)
    number = number_format != "TEXT" and typed not in {"text", "1E+999"}
    assert back == (pytest.approx(float(typed)) if number else seen)


@pytest.mark.parametrize("text", ["0012", "12.50", "49151123456789", "50 %", "1e3", "", "words"])
def test_a_text_that_no_number_looks_like_stays_a_text(text):
    for number_format in ("", "PERCENT", "DATE", "NUMBER"):
        assert cell_as_typed("text", text, Cell("x", "x", format=number_format)) == cell_value("text", text, Cell())
