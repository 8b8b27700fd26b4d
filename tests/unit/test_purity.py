"""bridge.core does no I/O: it imports plain parts of the standard library and itself, nothing else."""

import ast
from pathlib import Path

CORE = Path(__file__).parents[2] / "bridge" / "core"
ALLOWED = {
    "base64",
    "binascii",
    "collections",
    "collections.abc",
    "contextlib",
    "dataclasses",
    "enum",
    "datetime",
    "decimal",
    "functools",
    "hashlib",
    "hmac",
    "re",
    "typing",
    "unicodedata",
}


def test_core_imports_no_io_no_clock_and_no_chance():
    for path in CORE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [node.module]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                assert name in ALLOWED or name.startswith("bridge.core"), f"{path.name} imports {name}"


def test_core_never_asks_the_time():
    for path in CORE.glob("*.py"):
        called = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
        assert not called & {"now", "utcnow", "today", "time"}, path.name
