"""Formulas as far as the bridge reads them: which of them mean the row they stand in. Pure."""

import re

_QUOTED = re.compile(r'"[^"]*"|\'[^\']*\'(?=!)')
_ROW = re.compile(r"\bROW\(\s*\)", re.IGNORECASE)


def is_of_row(formula: str, row: int) -> bool:
    """True when the formula names a cell of this row (from 1) that moves with it. A total names cells of other rows."""
    said = _QUOTED.sub("", formula)
    return bool(_ROW.search(said) or re.search(rf"(?<![\w$.])\$?[A-Za-z]{{1,3}}{row}(?![\w(.])", said))
