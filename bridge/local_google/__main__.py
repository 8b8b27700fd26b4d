"""``python -m bridge.local_google --folder DIR --port P``: the local Google alone, under ``/local``, on loopback."""

import logging
from pathlib import Path

import click
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from bridge.local_google.app import create_local_google


@click.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Where all its state is kept.")
@click.option("--port", type=int, default=5002, show_default=True)
def main(folder: Path, port: int) -> None:
    """Serve until stopped."""
    url = f"http://127.0.0.1:{port}/local"
    app = create_local_google(folder, public_url=url)
    served = DispatcherMiddleware(Flask("empty"), {"/local": app})
    server = make_server("127.0.0.1", port, served, threaded=True)
    logging.getLogger("werkzeug").setLevel("WARNING")
    key, book = folder.absolute() / "service_account.json", app.extensions["local_google"].book
    sheet = f"{url}/spreadsheets/d/{book.id}/edit"
    click.echo(f"ready url={url} spreadsheet={book.id} sheet={sheet} credentials={key}")
    server.serve_forever()


if __name__ == "__main__":
    main()
