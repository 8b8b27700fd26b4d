"""The bridge behind the current request."""

from flask import current_app

from bridge.runtime import Runtime
from task_api.errors import Problem


def runtime() -> Runtime:
    """The bridge of the app."""
    found: Runtime = current_app.extensions["bridge"]
    return found


def runtime_with(sheet: str) -> Runtime:
    """The same, if it has this sheet; else 404."""
    sheets = runtime().config.sheets
    if sheet not in sheets:
        raise Problem(404, f"there is no sheet '{sheet}'; there is {', '.join(sheets)}")
    return runtime()
