"""What a running script asks of the outside: cells, properties, locks, HMAC, HTTP. One method per host call.

Lives as long as one execution. Knows nothing of JavaScript: arguments and answers are JSON. Reaches no host but this
machine.
"""

import base64
import hashlib
import hmac
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests

from bridge.local_google.book import Book, Tab, Typed
from bridge.local_google.cells import EPOCH, DateValue
from bridge.local_google.errors import Invalid
from bridge.local_google.script.project import Project

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_PATTERN = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


class Services:
    """One execution's view of the project; `close` releases what the script did not."""

    def __init__(self, project: Project, email: str, deadline: float, log: Callable[[str, str], None]) -> None:
        self._project, self._email, self._deadline, self._log = project, email, deadline, log
        self._book: Book = project.book
        self._held: set[str] = set()

    def call(self, op: str, args: dict[str, Any]) -> Any:
        """Answer one host call; raises for what Google would refuse."""
        if time.monotonic() > self._deadline:
            raise Invalid("Exceeded maximum execution time")
        return getattr(self, "on_" + op.replace(".", "_"))(**args)

    def close(self) -> None:
        """Locks end with their execution."""
        for scope in list(self._held):
            self.on_lock_release(scope)

    # the spreadsheet
    def on_book(self) -> dict[str, Any]:
        """The spreadsheet's own properties and its tabs."""
        now, tabs = self._book.now, self._book.tabs()
        sheets = [{"id": tab.sheet_id, "title": tab.title} for tab in tabs]
        return {
            "id": self._book.id,
            "title": now.title,
            "timeZone": str(self._book.time_zone),
            "sheets": sheets,
            "active": tabs[0].sheet_id,
        }

    def on_sheet_size(self, sheet: int) -> dict[str, Any]:
        """A tab's title and extent."""
        tab = self._tab(sheet)
        size = {
            "lastRow": tab.last_row,
            "lastColumn": tab.last_column,
            "maxRows": tab.max_rows,
            "maxColumns": tab.max_columns,
        }
        return {"title": tab.title, **size}

    def on_range_check(self, sheet: int, row: int, column: int, rows: int, columns: int) -> None:
        """Refuse a range outside the grid."""
        tab = self._tab(sheet)
        if row + rows - 1 > tab.max_rows or column + columns - 1 > tab.max_columns:
            raise Invalid("The coordinates of the range are outside the dimensions of the sheet.")

    def on_range_values(self, sheet: int, row: int, column: int, rows: int, columns: int) -> list[list[Any]]:
        """Typed values; empty cells are ""."""
        values = self._tab(sheet).values(row, column, rows, columns)
        return [[self._to_script(value) for value in line] for line in values]

    def on_range_shown(self, sheet: int, row: int, column: int, rows: int, columns: int) -> list[list[str]]:
        """What a person sees."""
        return self._tab(sheet).shown(row, column, rows, columns)

    def on_range_formulas(self, sheet: int, row: int, column: int, rows: int, columns: int) -> list[list[str]]:
        """Formulas, "" where there is none."""
        return self._tab(sheet).formulas(row, column, rows, columns)

    def on_range_write(
        self, values: list[list[Any]], sheet: int, row: int, column: int, rows: int, columns: int
    ) -> None:
        """Set a block, parsed as typed; fires no trigger."""
        if len(values) != rows or any(len(line) != columns for line in values):
            raise Invalid("The number of rows or columns in the data does not match the range.")
        self._tab(sheet).write(row, column, [[self._from_script(value) for value in line] for line in values])

    def on_flush(self) -> None:
        """Writes are never buffered here."""

    def on_toast(self, text: str, title: str) -> None:
        """A short message a person sees."""
        self._book.toast(text, title)
        self._log("TOAST", text)

    def on_prompt(self) -> str | None:
        """What the person would answer; nobody sits before the local sheet's script."""
        return None

    # properties, locks, triggers
    def on_properties_get(self, scope: str) -> dict[str, str]:
        """All properties of a store."""
        return self._project.properties(scope, self._email)

    def on_properties_set(self, scope: str, values: dict[str, str], wipe: bool) -> None:
        """Set some, or replace all."""
        self._project.set_properties(scope, self._email, values, wipe=wipe)

    def on_properties_delete(self, scope: str, key: str) -> None:
        """Forget one."""
        self._project.delete_property(scope, self._email, key)

    def on_lock_try(self, scope: str, milliseconds: float) -> bool:
        """Take the lock within the time; true at once when it is held already."""
        if scope not in self._held and self._project.locks[scope].acquire(timeout=max(0.0, milliseconds / 1000)):
            self._held.add(scope)
        return scope in self._held

    def on_lock_held(self, scope: str) -> bool:
        """Whether this execution has it."""
        return scope in self._held

    def on_lock_release(self, scope: str) -> None:
        """Give it back."""
        if scope in self._held:
            self._held.discard(scope)
            self._project.locks[scope].release()

    def on_trigger_mine(self) -> list[dict[str, Any]]:
        """The triggers of this account; nobody sees another's."""
        return [trigger.as_json() for trigger in self._project.triggers() if trigger.owner == self._email]

    def on_trigger_create(self, handler: str, type: str, minutes: int) -> dict[str, Any]:
        """A new trigger that runs as this account."""
        return self._project.add_trigger(handler, type, minutes, self._email).as_json()

    def on_trigger_delete(self, id: str) -> None:
        """Remove one of one's own."""
        self._project.remove_trigger(id, self._email)

    def on_email(self) -> str:
        """Who runs this."""
        return self._email

    # utilities
    def on_hmac(self, value: str | list[int], key: str | list[int], charset: str) -> list[int]:
        """HMAC-SHA256 as signed bytes."""
        return _signed(hmac.new(_raw(key, charset), _raw(value, charset), hashlib.sha256).digest())

    def on_base64(self, value: str | list[int]) -> str:
        """Base64 of bytes or of a text's UTF-8."""
        return base64.b64encode(_raw(value, "utf-8")).decode()

    def on_unbase64(self, text: str) -> list[int]:
        """The bytes of a base64 text."""
        try:
            return _signed(base64.b64decode(text, validate=True))
        except ValueError:
            raise Invalid("Could not decode string.") from None

    def on_utf8(self, text: str) -> list[int]:
        """A text's UTF-8 bytes, signed."""
        return _signed(text.encode())

    def on_uuid(self) -> str:
        """A random UUID."""
        return str(uuid.uuid4())

    def on_sleep(self, milliseconds: float) -> None:
        """Wait, but not beyond the execution's end."""
        time.sleep(max(0.0, min(milliseconds / 1000, self._deadline - time.monotonic())))

    def on_formatDate(self, ms: float, zone: str, pattern: str) -> str:  # noqa: N802 - Google's name
        """A moment in a zone; knows the pattern letters that ISO dates need, refuses others."""
        moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(ZoneInfo(zone))

        def part(found: re.Match[str]) -> str:
            if found[1] is not None:
                return found[1]
            if found[0] not in _PATTERN:
                raise Invalid(f"formatDate: {found[0]} is not available in the local stand-in")
            return moment.strftime(_PATTERN[found[0]])

        return re.sub(r"'([^']*)'|[A-Za-z]+", part, pattern)

    # the world outside
    def on_fetch(
        self,
        url: str,
        method: str,
        headers: dict[str, str],
        payload: str | None,
        type: str,
        seconds: float,
        redirects: bool,
    ) -> dict[str, Any]:
        """A real HTTP request, to this machine only; failures to connect are raised, whatever the options say."""
        if urlsplit(url).hostname not in LOOPBACK:
            raise Invalid(f"Address unavailable: {url} (the local stand-in reaches this machine only)")
        left = max(0.1, min(seconds, self._deadline - time.monotonic()))
        body = None if payload is None else payload.encode()
        sent = headers | ({"Content-Type": type} if body is not None else {})
        try:
            answer = requests.request(method, url, headers=sent, data=body, timeout=left, allow_redirects=redirects)
        except requests.Timeout:
            raise Invalid(f"Timeout: {url}") from None
        except requests.RequestException:
            raise Invalid(f"Address unavailable: {url}") from None
        return {"status": answer.status_code, "text": answer.text, "headers": dict(answer.headers)}

    def on_log(self, level: str, text: str) -> None:
        """One line in the execution's log."""
        self._log(level, text)

    def _tab(self, sheet: int) -> Tab:
        tab = self._book.tab(sheet)
        if tab is None:
            raise Invalid("The sheet was deleted.")
        return tab

    def _to_script(self, value: Typed) -> Any:
        if isinstance(value, DateValue):
            moment = value.wall.replace(tzinfo=self._book.time_zone)
            return {"ms": round(moment.timestamp() * 1000)}
        return "" if value is None else value

    def _from_script(self, value: Any) -> Any:
        if isinstance(value, dict):
            wall = datetime.fromtimestamp(value["ms"] / 1000, UTC).astimezone(self._book.time_zone).replace(tzinfo=None)
            return DateValue((wall - EPOCH).total_seconds() / 86_400)
        return value


def _signed(data: bytes) -> list[int]:
    return [byte - 256 if byte > 127 else byte for byte in data]


def _raw(value: str | list[int], charset: str) -> bytes:
    return value.encode(charset, "replace") if isinstance(value, str) else bytes(byte & 255 for byte in value)
