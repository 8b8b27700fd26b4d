"""The JavaScript engine: a fresh one for each execution, with the runtime, the project's files and one host function.

It bounds memory. It cannot bound time: the engine takes no time limit beside a host function, so the host refuses to
answer once the time is up, which ends every script that still asks for anything.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import quickjs

MEMORY = 256 * 1024 * 1024
FRAGMENTS = ("core", "spreadsheet", "html", "ui", "properties", "utilities", "fetch", "triggers", "run")


def _runtime() -> str:
    folder = Path(__file__).parent / "runtime"
    fragments = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in FRAGMENTS]
    return "\n".join(["(function (global) {'use strict';", *fragments, "})(globalThis);"])


RUNTIME = _runtime()


def run(host: Callable[[str], str], files: Sequence[str], function: str, given: dict[str, Any]) -> dict[str, Any]:
    """Run one function: ``result``, or ``error`` and ``stack``. ``host`` must not raise.

    ``given``: a trigger's ``event``, or ``args``. Raises nothing for what goes wrong inside.
    """
    now = round(time.time() * 1000)
    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.add_callable("__host", host)
    try:
        for source in (RUNTIME, *files):
            context.eval(source)
        done: dict[str, Any] = json.loads(context.get("__run")(function, json.dumps(given | {"now": now})))
    except quickjs.JSException as error:
        done = {"error": str(error), "stack": ""}
    return done
