"""How a cell looks: number formats, date patterns, and the API's renderings.

Knows text, fixed digits such as ``000``, grouping, decimals, percent, currency, dates and times, with English decimal
points and commas.
"""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from bridge.local_google.sheet.cells import Cell, DateValue, ErrorValue, NumberFormat, is_number

TEXT = NumberFormat("TEXT", "@")
_LITERAL = r'"[^"]*"|\\.|\[[^\]]*\]'
_NUMBER_TOKEN = re.compile(rf"({_LITERAL})|([0#?][0#?,.]*|\.0+)|(.)", re.DOTALL)
_DATE_TOKEN = re.compile(rf"({_LITERAL})|(y+|m+|d+|h+|s+|am/pm|a/p)|(.)", re.DOTALL | re.IGNORECASE | re.ASCII)
_LONGEST_NUMBER = 320
"""Digits before the point that a double can have, a hundredfold for percent."""

_DEFAULTS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "SCIENTIFIC": "0.00E+00",
    "TIME": "h:mm:ss",
}


def date_pattern(locale: str) -> str:
    """How this locale writes a day when nothing else is asked for."""
    return "m/d/yyyy" if locale == "en_US" else "dd/mm/yyyy"


def shown(cell: Cell, locale: str) -> str:
    """The text a person sees (FORMATTED_VALUE, getDisplayValues)."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.code
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else _shown_number(value, cell.format, locale)


def plain(cell: Cell) -> str | float | int | bool:
    """The value without its looks (UNFORMATTED_VALUE); an empty cell is ``""``, whole numbers are ints."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.code
    return whole(value) if isinstance(value, float) else value


def typed(cell: Cell) -> str | float | int | bool | DateValue | None:
    """The value as a script sees it: an empty cell is None, a date is a `DateValue`."""
    if cell.value is None:
        return None
    if cell.has_date and isinstance(cell.value, float):
        return DateValue(cell.value)
    return plain(cell)


def whole(number: float) -> float | int:
    """12.0 → 12, so that JSON says 12 as Google does."""
    return int(number) if is_number(number) and float(number).is_integer() and abs(number) < 1e15 else number


def _shown_number(number: float, format: NumberFormat | None, locale: str) -> str:
    if format is None or format.type == "TEXT":
        return general(number)
    if format.is_date:
        default = date_pattern(locale) + (" h:mm:ss" if format.type == "DATE_TIME" else "")
        return format_date(number, format.pattern or _DEFAULTS.get(format.type, default))
    return format_number(number, format.pattern or _DEFAULTS.get(format.type, ""))


def general(number: float) -> str:
    """The "automatic" look: up to ten significant digits."""
    if isinstance(whole(number), int):
        return str(int(number))
    if not 1e-5 <= abs(number) < 1e15:
        mantissa, exponent = f"{number:.5E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    text = f"{number:.10g}"
    return text if "e" not in text else format(Decimal(text), "f")


def format_number(number: float, pattern: str) -> str:
    """Render by a pattern such as ``000``, ``#,##0.00``, ``0%`` or ``"$"0.00``; a second section is for negatives."""
    if not re.search(r"[0#]", pattern):
        return general(number)
    sections = pattern.split(";")
    sign = "-" if number < 0 else ""
    if number < 0 and len(sections) > 1:
        sign, pattern = "", sections[1]
    else:
        pattern = sections[0]
    tokens = _NUMBER_TOKEN.findall(pattern)
    scaled = Decimal(repr(abs(number))) * (100 if any(other == "%" for *_, other in tokens) else 1)
    parts, rendered = [], False
    for literal, digits, other in tokens:
        if digits and not rendered:
            parts.append(_digits(scaled, digits))
            rendered = True
        else:
            parts.append(_literal(literal) if literal else other)
    return sign + "".join(parts)


def _digits(number: Decimal, pattern: str) -> str:
    before, _, after = pattern.partition(".")
    exact = Context(prec=_LONGEST_NUMBER + len(after), rounding=ROUND_HALF_UP)
    rounded = number.quantize(Decimal(1).scaleb(-len(after)), context=exact)
    integer, _, fraction = format(rounded, "f").partition(".")
    integer, least = integer.lstrip("0"), before.count("0")
    if "," in before and (integer or least):
        integer = f"{int(integer or 0):0{least + (least - 1) // 3 if least else 1},}"
    integer = integer.rjust(least, "0")
    optional = len(after) - len(after.rstrip("#"))
    while optional and fraction.endswith("0"):
        fraction, optional = fraction[:-1], optional - 1
    return integer + ("." + fraction if fraction else "")


def _literal(token: str) -> str:
    if token.startswith('"'):
        return token[1:-1]
    if token.startswith("\\"):
        return token[1:]
    return token[2:-1].partition("-")[0] if token.startswith("[$") else ""


def format_date(serial: float, pattern: str) -> str:
    """Render a serial by a pattern such as ``yyyy-mm-dd`` or ``d/m/yyyy h:mm``."""
    try:
        when = DateValue(serial).wall
    except (OverflowError, ValueError):
        return general(serial)
    tokens = _DATE_TOKEN.findall(pattern)
    codes = [code.lower() for _, code, _ in tokens]
    half_day = any(code in {"am/pm", "a/p"} for code in codes)
    parts = []
    for index, (literal, _, other) in enumerate(tokens):
        code = codes[index]
        if code.startswith("m") and _means_minutes(codes, index):
            code = "n" * len(code)
        parts.append(_date_part(when, code, half_day) if code else _literal(literal) if literal else other)
    return "".join(parts)


def _means_minutes(codes: list[str], index: int) -> bool:
    """``m`` is minutes right after hours or right before seconds; otherwise it is the month."""
    before = next((code for code in reversed(codes[:index]) if code), "")
    after = next((code for code in codes[index + 1 :] if code), "")
    return before.startswith("h") or after.startswith("s")


def _date_part(when: datetime, code: str, half_day: bool) -> str:
    hour = (when.hour % 12 or 12) if half_day else when.hour
    numbers = {"m": when.month, "d": when.day, "h": hour, "n": when.minute, "s": when.second}
    if code in {"am/pm", "a/p"}:
        return f"{when:%p}" if code == "am/pm" else f"{when:%p}"[0]
    if code[0] == "y":
        return f"{when.year:04d}" if len(code) > 2 else f"{when.year % 100:02d}"
    if len(code) > 2 and code[0] in "md":
        name = f"{when:%B}" if code[0] == "m" else f"{when:%A}"
        return name if len(code) == 4 else name[0] if len(code) == 5 else name[:3]
    return f"{numbers[code[0]]:0{min(len(code), 2)}d}"
