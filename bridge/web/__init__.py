"""The page: the task board and, with the local Google, the lead sheet beside it. Serves files; all data comes from
the API.
"""

from flask import Blueprint, Response, current_app, render_template

from bridge.runtime import Runtime

web = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")

POLICY = "; ".join(
    (
        "default-src 'self'",
        # the grid's one inline handler, onselectstart="return false", by its hash
        "script-src 'self' 'unsafe-hashes' 'sha256-GZIcz60Uwd6wT3vaYke/atSr53TehbYAPepOa3d03Vw='",
        "style-src 'self' 'unsafe-inline'",  # the grid sets widths in style attributes; scripts stay strict
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


@web.get("/")
def page() -> str:
    """The page. Whoever opens it must still give a token: the page itself knows nothing."""
    config = _runtime().config
    sheets = [(key, sheet.spreadsheet) for key, sheet in config.sheets.items()]
    return render_template("page.html", local=config.local, sheets=sheets)


@web.after_app_request
def _guard(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", POLICY)
    return response


def _runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["bridge"]
    return runtime
