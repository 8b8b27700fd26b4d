"""The script compares texts as the bridge does: both functions over one corpus."""

import json
import sys
from pathlib import Path
from unicodedata import category

import quickjs

from bridge.core.text import as_seen, likeness
from bridge.local_google.app import SCRIPT_FILES
from tests.unit.test_text import TWINS


def scripts() -> quickjs.Context:
    context = quickjs.Context()
    for name in ("Text.js", "Sheet.js"):
        context.eval(Path(SCRIPT_FILES, name).read_text(encoding="utf-8"))
    context.eval(
        "function both_(json) { const text = JSON.parse(json); return JSON.stringify([asSeen_(text), likeness_(text)]) }"
    )
    context.eval(
        "function found_(header, known) { return knownColumns_(JSON.parse(header), JSON.parse(known)).join() }"
    )
    return context


def test_the_script_compares_texts_as_the_bridge_does() -> None:
    both = scripts().get("both_")
    signs = [sign for sign in map(chr, range(sys.maxunicode + 1)) if category(sign) not in {"Cn", "Co", "Cs"}]
    corpus = [
        *TWINS.values(),
        "STRASSE straße ẞ",
        "SATIŞ satış İSİM isim",
        "ΣΟΦΟΣ σοφος",
        "e\u200d\u0301",
        "a\nb\x0bc",
        "",
    ]
    apart = [f"A{sign}b" for sign in signs]
    for text in [*corpus, *("|".join(apart[start : start + 20]) for start in range(0, len(apart), 20))]:
        assert json.loads(both(json.dumps(text))) == [as_seen(text), likeness(text)], ascii(text)


def test_the_script_finds_the_columns_that_the_bridge_finds() -> None:
    found = scripts().get("found_")
    settings = json.dumps({"columns": ["Lead name"], "assign_ids": False})
    for twin in TWINS.values():
        assert found(json.dumps(["id", twin, "Phone"]), settings) == "1", ascii(twin)
