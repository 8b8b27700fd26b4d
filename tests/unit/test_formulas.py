"""Which formulas of a row mean that row, and go on in the next one."""

import pytest

from bridge.core.formulas import is_of_row

OF_ROW_4 = ["=A4*2", "=$B4&C3", "=D3+E4", "=row()-1", "=IF(A4=\"\",,'Q1 2026'!B4)", "=SUM(A$1:a4)"]
NOT_OF_IT = [
    "=SUM(H2:H3)",
    "=SUM(H2:H)",
    "=$H$4",
    "=A$4",
    "=A44",
    "=LOG4(2)",
    '="A4"',
    "='Sheet A4'!B2",
    "=TODAY()",
    "=XA4B",
]


@pytest.mark.parametrize(
    ("formula", "it_is"), [*((one, True) for one in OF_ROW_4), *((one, False) for one in NOT_OF_IT)]
)
def test_a_formula_of_a_row_names_a_cell_of_it_that_moves_with_it(formula: str, it_is: bool) -> None:
    assert is_of_row(formula, 4) is it_is
