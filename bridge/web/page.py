"""The page: the task board and, with the local Google, the lead sheet beside it. Serves files only; leads and tasks
come from the API, which requires a token.
"""

from pathlib import Path

from flask import Blueprint, Response, render_template

from bridge.api.answers import POLICY, as_header
from bridge.api.current import runtime

web = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")

# the modules that main.js imports, to be loaded in parallel
MODULES = sorted(path.name for path in (Path(__file__).parent / "static").glob("*.js") if path.name != "main.js")

# the grid sets one handler as an attribute, onselectstart="return false", which its hash allows
WITH_GRID = POLICY | {
    "script-src": "'self' 'unsafe-hashes' 'sha256-GZIcz60Uwd6wT3vaYke/atSr53TehbYAPepOa3d03Vw='",
}


@web.get("/")
def page() -> Response:
    """The page, without any lead or task."""
    config = runtime().config
    sheets = [(key, sheet.spreadsheet) for key, sheet in config.sheets.items()]
    markup = render_template("page.html", local=config.local, sheets=sheets, modules=MODULES)
    response = Response(markup, mimetype="text/html")
    if config.local:
        response.headers["Content-Security-Policy"] = as_header(WITH_GRID)
    return response
