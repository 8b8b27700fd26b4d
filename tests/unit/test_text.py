"""Texts that look alike are equal; texts that look different are not."""

import json
import sys
from unicodedata import category

import pytest

from bridge.config.fields import shipped
from bridge.core.cells import READERS, cell_value, obstacle, spelled
from bridge.core.mapping import SHIPPED
from bridge.core.text import BLANKS, INVISIBLE, as_seen, likeness, same_text, storable, storable_json
from bridge.core.values import Cell

PRINTED = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Format signs that are seen: Arabic, Syriac and Kaithi number signs."""

TWINS = {
    "byte order mark": "\ufeffLead name",
    "zero width space": "Lead\u200b name",
    "word joiner": "Lead name\u2060",
    "left-to-right mark": "\u200eLead name",
    "right-to-left embedding": "\u202bLead name\u202c",
    "isolate": "\u2066Lead name\u2069",
    "soft hyphen": "Lead na\u00adme",
    "no-break blank": "Lead\u00a0name",
    "narrow no-break blank": "Lead\u202fname",
    "thin blank": "Lead\u2009name",
    "ideographic blank": "Lead\u3000name",
    "Braille blank": "Lead\u2800name",
    "two blanks": "Lead  name",
    "outer blanks": "\u00a0Lead name \t",
    "line break": "Lead\r\nname",
    "case": "LEAD Name",
    "variation selector": "Lead name\ufe0f",
    "a control sign": "Lead name\x07",
}


@pytest.mark.parametrize("twin", [pytest.param(text, id=name) for name, text in TWINS.items()])
def test_a_header_a_word_and_an_option_are_found_whatever_nobody_sees_in_them(twin):
    assert likeness(twin) == likeness("Lead name")
    assert shipped().locate([Cell("id", "id"), Cell(twin, twin)]).positions["name"] == 1
    cell = Cell(None, "", options=("Other", twin))
    assert (obstacle("text", "Lead name", cell), cell_value("text", "Lead name", cell)) == ("", twin)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e\u0301", "\u00e9"),
        ("A\u030a", "\u212b"),
        ("STRASSE", "straße"),
        ("ΣΟΦΟΣ", "σοφος"),
        ("ΣΟΦΟΣ", "Σοφός".replace("ό", "ο")),
        ("SATIŞ", "satış"),
        ("İSİM", "isim"),
        ("\u1e9e", "ss"),
        ("e\u200d\u0301", "\u00e9"),
    ],
)
def test_letters_in_two_codings_or_cases_are_alike(one, other):
    assert likeness(one) == likeness(other)


@pytest.mark.parametrize(
    ("one", "other"), [("a b", "ab"), ("a", "á"), ("K", "Ｋ"), ("1", "١"), ("NEW", "NEWS"), ("a-b", "a–b"), ("", "0")]
)
def test_what_looks_different_is_different(one, other):
    assert likeness(one) != likeness(other)


def test_case_counts_where_the_field_does_not_say_otherwise():
    assert as_seen(" A\u00a0\u200b b ") == "A b" != as_seen("a b")


def test_every_sign_that_nobody_sees_is_known():
    signs = [chr(number) for number in range(sys.maxunicode + 1)]
    unseen = [sign for sign in signs if category(sign) in {"Cc", "Cf"} and ord(sign) not in PRINTED]
    assert [sign for sign in unseen if not (INVISIBLE.match(sign) or BLANKS.match(sign))] == []
    assert [sign for sign in signs if sign.isspace() and not BLANKS.fullmatch(sign)] == []
    assert [sign for sign in signs if INVISIBLE.match(sign) and BLANKS.match(sign)] == []


def test_lines_are_seen_and_line_ends_are_not():
    assert same_text("a\r\nb\u00a0", "a\nb")
    assert not same_text("a\nb", "a b")
    assert not same_text("TRUE", True)
    assert same_text(None, None)


@pytest.mark.parametrize("sign", ["\u200b", "\u00a0", "\u2800", "\ufeff", "\u00ad\u200e"])
def test_a_cell_in_which_nothing_can_be_seen_is_empty(sign):
    layout = shipped().locate([Cell(text, text) for text in ("id", "name", "status", "due")])
    assert shipped().read_row(2, [Cell(sign, sign)] * 4, layout).blank


def test_a_text_is_kept_as_it_was_typed():
    assert READERS["text"](Cell("a\u00a0b\u200d", "")) == "a\u00a0b\u200d"


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        ("id", "\ufeffA\u00a0 12\u200b", "A 12"),
        ("id", "12.0\u200b", "12"),
        ("number", "12.5\u00a0", "12.5"),
        ("date", "\u200e2026-12-24\u200b", "2026-12-24"),
        ("checkbox", "true\u00a0", True),
    ],
)
def test_ids_numbers_dates_and_ticks_are_read_as_seen(kind, typed, read):
    assert READERS[kind](Cell(typed, typed)) == read


def test_a_word_is_spelled_as_it_is_configured():
    assert SHIPPED.parse("\u200bcontacted\u00a0") == "CONTACTED"


def test_only_what_no_database_keeps_is_replaced_in_json():
    texts = ["a\0b", "\ud83d", "\ude00\ud83d", "\U0001f600", "\\u0000", "\\\\ud83d", 'quoted "\0"', "é\n", ""]
    body = json.dumps(texts).encode()
    assert json.loads(storable_json(body)) == [storable(text) for text in texts]
    assert storable("\ude00\ud83d\0 \\u0000") == "\ufffd\ufffd\ufffd \\u0000"
    assert storable_json(b'["plain \\u00e9"]') == b'["plain \\u00e9"]'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Ada, Bob", "Ada, Bob"),
        ("bob,ADA", "Bob, Ada"),
        ("Lee, Ann", "Lee, Ann"),
        ("Ada\u00a0", "Ada"),
        ("Ada, Cy", None),
        ("Ada,", None),
    ],
)
def test_several_options_of_a_dropdown_are_spelled_as_it_spells_them(value, written):
    options = ("Ada", "Bob ", "Lee, Ann")
    assert spelled(value, options) == written
    assert bool(obstacle("text", value, Cell(options=options))) == (written is None)
