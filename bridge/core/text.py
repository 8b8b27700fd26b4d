"""Text as a person sees it: the one normalisation behind every comparison.

Pasted and exported texts have signs that nobody sees: a byte order mark, zero-width and direction signs, soft hyphens,
no-break blanks, letters in two codings. Two texts that look alike are equal here. Only comparisons use these forms: a
text is stored, and written back, as it was spelled.

Sources: NFC is Unicode's UAX #15; invisible are the control signs (Cc), the format signs (Cf) except those that Arabic
and its neighbours print before a number, and the property Default_Ignorable_Code_Point; blanks are White_Space, the
Braille blank and the two Hangul fillers that are as wide as a letter. apps_script/Text.js has the same rules.
"""

import re
from functools import lru_cache
from unicodedata import normalize

from bridge.core.values import Value

INVISIBLE = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
UNSTORABLE = re.compile("[\0\ud800-\udfff]")
ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
"""In JSON: a pair of surrogates, a NUL character or half a pair, any other escape."""
BLANKS = re.compile("[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0]+")


def storable(text: str) -> str:
    """The text with U+FFFD for what no database and no UTF-8 keeps: NUL, and half a pair of surrogates, which a formula
    makes that cuts an emoji.
    """
    return text if text.isascii() and "\0" not in text else UNSTORABLE.sub("\ufffd", text)


def storable_json(body: bytes) -> bytes:
    """The same for the texts in a JSON document: a parser would refuse all of it."""
    if b"\\u0000" not in body and not re.search(rb"\\u[dD][89a-fA-F]", body):
        return body
    return ESCAPES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)


def as_seen(text: str) -> str:
    """The text with composed letters, without invisible signs and outer blanks, and with one blank for any run."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    return BLANKS.sub(" ", normalize("NFC", INVISIBLE.sub("", text))).strip(" ")


@lru_cache(256)
def likeness(value: Value) -> str:
    """The value as a person sees it who does not heed case. ``None`` is like an empty text.

    Lower, upper, lower: so ``ß`` is like ``SS``, ``ς`` like ``Σ``, and the dotted and dotless Turkish letters alike.
    The newest answers are kept, since headers, status words and options are compared again and again.
    """
    text = as_seen("" if value is None else str(value))
    if text.isascii():
        return text.lower()
    folded = "".join(sign.lower().upper().lower() for sign in text)
    return normalize("NFC", folded.replace("i\u0307", "i"))


def same_text(one: Value, other: Value) -> bool:
    """True for values that a person cannot tell apart, line by line."""
    if one == other or not (isinstance(one, str) and isinstance(other, str)):
        return one == other
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [as_seen(line) for line in text.strip().splitlines()]
