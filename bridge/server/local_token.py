"""The token for this machine: made on the first start, kept in ``home/token``, printed at start with examples."""

from pathlib import Path

from sqlalchemy import Engine

from bridge.config.model import Config
from bridge.config.secrets import append_private
from task_api import tokens
from task_api.db import UnitOfWork, exclusive


def local_token(database: Engine, home: Path) -> str:
    """The token in ``home/token``, mode 0600; made when there is none, or when it was revoked. On PostgreSQL other
    machines have homes and tokens of their own, which stay valid.
    """
    path = home / "token"
    kept = _kept(path)
    if kept and is_token(database, kept):
        return kept
    with UnitOfWork(database) as session:
        session.begin_write()
        exclusive(session, "token", "local")
        if (made := _kept(path)) and made != kept:  # by another server of this home, which was started at once
            return made
        if database.dialect.name == "sqlite":
            tokens.revoke(session, "local")
        token = tokens.issue(session, "local", tokens.SCOPES)
        path.unlink(missing_ok=True)
        append_private(path, token + "\n")
        session.commit()
    return token


def _kept(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def is_token(database: Engine, given: str) -> bool:
    """True if this is a valid token of the API."""
    with UnitOfWork(database) as session:
        return tokens.verify(session, given) is not None


def announce(config: Config, token: str) -> None:
    """Print where the page is, and what to try."""
    url = f"http://127.0.0.1:{config.port}"
    spreadsheets = ",".join(sheet.spreadsheet for sheet in config.sheets.values())
    json_type = "Content-Type: application/json"
    bearer = f"Authorization: Bearer {token}"
    print(f"""
  page    {url}/#token={token}
  token   {token}

  curl -H '{bearer}' {url}/tasks
  curl -X PATCH -H '{bearer}' -H '{json_type}' -d '{{"status":"DONE"}}' {url}/tasks/1
""")
    if config.local:
        edit = '{"range":"Leads!A2:C2","values":[["12","Vikram","NEW"]]}'
        print(f"  curl -X POST -H '{json_type}' -d '{edit}' {url}/local/edit\n")
    print(f"ready url={url} token={token} spreadsheet={spreadsheets}", flush=True)
