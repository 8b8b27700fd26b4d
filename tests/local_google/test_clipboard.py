"""Blocks of cells out of the clipboard, as other programs put them there."""

import pytest

from bridge.local_google.errors import Invalid
from bridge.local_google.person.clipboard import block, tiled

CLIPBOARDS = {
    "one cell": ("Asha", [["Asha"]]),
    "a row": ("1\tAsha\tNEW", [["1", "Asha", "NEW"]]),
    "lines as Windows ends them": ("1\tAsha\r\n2\tBen\r\n", [["1", "Asha"], ["2", "Ben"]]),
    "a cell of two lines": ('1\t"Asha\nand Ben"\tNEW\n2\tCyd\tLOST', [["1", "Asha\nand Ben", "NEW"], ["2", "Cyd", "LOST"]]),
    "a tab in a cell": ('"a\tb"\tc', [["a\tb", "c"]]),
    "quotes in quotes": ('"say ""hi"""\tx', [['say "hi"', "x"]]),
    "inches": ('5" pipe\tx\n6" pipe\ty', [['5" pipe', "x"], ['6" pipe', "y"]]),
    "rows of unequal length": ("1\tAsha\n2", [["1", "Asha"], ["2", ""]]),
    "an empty line": ("1\tA\n\n2\tB", [["1", "A"], ["", ""], ["2", "B"]]),
    "a CSV file": ('id,name\n1,"Rao, Asha"\n', [["id", "name"], ["1", "Rao, Asha"]]),
    "one line with a comma": ("Rao, Asha", [["Rao, Asha"]]),
    "names with commas and without": ("Rao, Asha\nBen", [["Rao, Asha"], ["Ben"]]),
    "commas beside tabs": ("Rao, Asha\t1\nLee, Ben\t2", [["Rao, Asha", "1"], ["Lee, Ben", "2"]]),
    "a long text": ("x" * 200_000, [["x" * 200_000]]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "cells"), CLIPBOARDS.values(), ids=CLIPBOARDS)
def test_the_clipboard_is_read_as_a_spreadsheet_reads_it(text, cells):
    assert block(text) == cells


def test_an_empty_clipboard_is_said_to_be():
    with pytest.raises(Invalid, match="holds no text"):
        block("")


@pytest.mark.parametrize(
    ("height", "width", "rows"),
    [(1, 1, [["a", "b"]]), (2, 2, [["a", "b"]] * 2), (1, 4, [["a", "b"] * 2]), (3, 3, [["a", "b"]])],
)
def test_a_selection_that_takes_the_block_several_times_is_filled(height, width, rows):
    assert tiled([["a", "b"]], height, width) == rows
