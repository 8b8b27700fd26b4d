"""What becomes of what is typed, and how it is shown."""

import pytest

from bridge.local_google.errors import Invalid
from bridge.local_google.sheet.cells import EMPTY, Cell, DateValue, NumberFormat
from bridge.local_google.sheet.entry import entered, raw
from bridge.local_google.sheet.formats import TEXT, plain, shown, typed

TYPED = [
    # what is typed, what the cell holds, what it shows
    ("Vikram", "Vikram", "Vikram"),
    ("12", 12, "12"),
    ("007", 7, "7"),
    ("'007", "007", "007"),
    ("-3.50", -3.5, "-3.5"),
    (".5", 0.5, "0.5"),
    ("1e3", 1000, "1000"),
    ("1,234", 1234, "1,234"),
    ("1,234.5", 1234.5, "1,234.50"),
    ("12,34", "12,34", "12,34"),
    ("50%", 0.5, "50%"),
    ("12.5%", 0.125, "12.50%"),
    ("$1,200", 1200, "$1,200"),
    ("true", True, "TRUE"),
    ("FALSE", False, "FALSE"),
    ("2026-11-22", 46348, "2026-11-22"),
    ("22/11/2026", 46348, "22/11/2026"),
    ("22.11.2026", 46348, "22.11.2026"),
    ("11/22/2026", "11/22/2026", "11/22/2026"),
    ("2026-02-30", "2026-02-30", "2026-02-30"),
    ("2026-11-22 10:30", 46348.4375, "2026-11-22 10:30"),
    ("10:30", 0.4375, "10:30"),
    ("=A1", "#N/A", "#N/A"),
    ("=", "=", "="),
    (" 12 ", 12, "12"),
    (" a ", " a ", " a "),
    ("12345678901234567890", 1.2345678901234567e19, "1.23457E+19"),
    ("1e999", "1e999", "1e999"),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "held", "seen"), TYPED)
def test_a_cell_takes_what_is_typed_as_google_would(text: str, held: object, seen: str) -> None:
    cell = entered(text, EMPTY, "en_GB")
    assert (plain(cell), type(plain(cell)), shown(cell, "en_GB")) == (held, type(held), seen)


def test_a_formula_is_kept_and_not_calculated() -> None:
    cell = entered("=SUM(A1:A9)", EMPTY, "en_GB")
    assert (cell.formula, shown(cell, "en_GB")) == ("=SUM(A1:A9)", "#N/A")


def test_american_books_read_the_month_first() -> None:
    assert plain(entered("11/22/2026", EMPTY, "en_US")) == 46348
    assert shown(entered("1/2/2026", EMPTY, "en_US"), "en_US") == "1/2/2026"


@pytest.mark.parametrize("text", ["007", "TRUE", "=A1", "2026-11-22"])
def test_a_plain_text_cell_keeps_every_letter(text: str) -> None:
    assert plain(entered(text, Cell(format=TEXT), "en_GB")) == text


@pytest.mark.parametrize("given", ["007", "TRUE", "=A1", "'x", "2026-11-22", 12.5, True])
def test_raw_values_are_kept_as_they_are(given: str | float | bool) -> None:
    cell = raw(given, EMPTY)
    assert (cell.value, cell.formula) == (given, None)


def test_whole_numbers_come_out_as_json_ints() -> None:
    assert repr(plain(raw(12.0, EMPTY))) == "12"
    assert repr(plain(raw(12.5, EMPTY))) == "12.5"


def test_a_date_typed_into_a_date_cell_keeps_its_look() -> None:
    cell = entered("2026-11-22", Cell(format=NumberFormat("DATE", "d mmm yyyy")), "en_GB")
    assert (shown(cell, "en_GB"), typed(cell)) == ("22 Nov 2026", DateValue(46348.0))


def test_clearing_keeps_format_and_rule() -> None:
    cell = Cell(7.0, format=NumberFormat("NUMBER", "000"))
    assert entered("", cell, "en_GB") == Cell(format=NumberFormat("NUMBER", "000"))


def test_a_cell_refuses_more_than_fifty_thousand_characters() -> None:
    with pytest.raises(Invalid, match="50000 characters"):
        raw("x" * 50_001, EMPTY)


@pytest.mark.parametrize(
    ("value", "pattern", "seen"),
    [
        (7, "000", "007"),
        (1234567.5, "#,##0.00", "1,234,567.50"),
        (5, "0,000", "0,005"),
        (-3, "0;(0)", "(3)"),
        (-3, "000", "-003"),
        (0.125, "0%", "13%"),
        (1.5, "0.##", "1.5"),
        (2, "0.##", "2"),
        (3, "[$€-407] 0.00", "€ 3.00"),
        (7, '"ID-"0000', "ID-0007"),
        (2.675, "0.00", "2.68"),
        (1, "General", "1"),
        (1e30, '"$"#,##0.00', "$1" + ",000" * 10 + ".00"),
        (1e308, "0%", "1" + "0" * 310 + "%"),
        (0.5, "0." + "0" * 40, "0.5" + "0" * 39),
        (1, "0" * 5000 + ",", "00" + ",000" * 1665 + ",001"),
    ],
)
def test_numbers_show_by_their_pattern(value: float, pattern: str, seen: str) -> None:
    assert shown(Cell(float(value), format=NumberFormat("NUMBER", pattern)), "en_GB") == seen


@pytest.mark.parametrize(
    ("pattern", "seen"),
    [
        ("yyyy-mm-dd", "2026-11-05"),
        ("d/m/yy", "5/11/26"),
        ("dddd, d mmmm yyyy", "Thursday, 5 November 2026"),
        ("ddd d mmm", "Thu 5 Nov"),
        ("yyyy-mm-dd hh:mm:ss", "2026-11-05 15:07:09"),
        ("h:mm am/pm", "3:07 PM"),
        ("m/d/yyyy h:mm", "11/5/2026 15:07"),
        ('yyyy"-W"', "2026-W"),
        ("yyyy ſ", "2026 ſ"),
    ],
)
def test_dates_show_by_their_pattern(pattern: str, seen: str) -> None:
    serial = plain(entered("2026-11-05 15:07:09", EMPTY, "en_GB"))
    assert isinstance(serial, float)
    assert shown(Cell(serial, format=NumberFormat("DATE_TIME", pattern)), "en_GB") == seen


@pytest.mark.parametrize(
    ("number", "seen"), [(0.1 + 0.2, "0.3"), (1 / 3, "0.3333333333"), (0.0001, "0.0001"), (1e-7, "1E-07")]
)
def test_plain_numbers_show_ten_digits(number: float, seen: str) -> None:
    assert shown(Cell(number), "en_GB") == seen


def test_a_date_beyond_the_calendar_is_shown_as_a_number() -> None:
    assert shown(Cell(9e9, format=NumberFormat("DATE", "yyyy-mm-dd")), "en_GB") == "9000000000"
