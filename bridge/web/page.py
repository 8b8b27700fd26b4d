"""The page: the task board and, with the local Google, the lead sheet beside it. Serves files; every lead and task
comes from the API, which asks for a token.
"""

from pathlib import Path

from flask import Blueprint, Response, current_app, render_template

from bridge.runtime import Runtime

web = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")

# what main.js imports, asked for at once and not one after the other
MODULES = sorted(path.name for path in (Path(__file__).parent / "static").glob("*.js") if path.name != "main.js")

# https://www.w3.org/TR/CSP3/: nothing from elsewhere, no script or style in the markup, nobody may frame the page
STRICT = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
# what the grid sets as an attribute: one handler, onselectstart="return false", let through by its hash
WITH_GRID = STRICT | {
    "script-src": "'self' 'unsafe-hashes' 'sha256-GZIcz60Uwd6wT3vaYke/atSr53TehbYAPepOa3d03Vw='",
}


@web.get("/")
def page() -> Response:
    """The page. Whoever opens it must still give a token: the page itself knows nothing."""
    config = _runtime().config
    sheets = [(key, sheet.spreadsheet) for key, sheet in config.sheets.items()]
    markup = render_template("page.html", local=config.local, sheets=sheets, modules=MODULES)
    response = Response(markup, mimetype="text/html")
    response.headers["Content-Security-Policy"] = _policy(WITH_GRID if config.local else STRICT)
    return response


@web.after_app_request
def _guard(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", _policy(STRICT))
    return response


def _policy(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["bridge"]
    return runtime
