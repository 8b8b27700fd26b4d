"""A Flask route that does nothing, under the server that serves the bridge: the floor every request stands on."""

import sys

from flask import Flask
from waitress import serve

from bridge.server.serve import THREADS

app = Flask(__name__)


@app.post("/")
def empty() -> str:
    """Nothing."""
    return ""


if __name__ == "__main__":
    serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=THREADS, ident=None)
