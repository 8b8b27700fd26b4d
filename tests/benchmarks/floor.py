"""What a delivery writes, written by the driver alone: the floor under every delivery.

The same tables with the same indexes, as many rows of the same size, one transaction a delivery; no server, nothing
read, nothing decided.
"""

import json
import time
from collections.abc import Sequence
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from tests.benchmarks import fill
from tests.benchmarks.databases import Database

LEADS, SHEET, MOMENT = 100, "leads", "2026-01-01 00:00:00.000000"
QUEUE = (
    "INSERT INTO sheet_queues (sheet, spreadsheet, attempts, token) VALUES (?, 'floor', 0, 0)",
    "INSERT INTO sheet_health (sheet, seq, missing, held) VALUES (?, 0, '[]', 0)",
)
ROWS = (
    "UPDATE tasks SET status = ?, version = version + 1, updated_at = ? WHERE id = ?",
    "UPDATE links SET base = ?, last_words = ?, seq = ?, agreed_at = ? WHERE id = ?",
    "INSERT INTO changes (at, actor, side, link_id, task_id, field, old, new, state, reached_at, rule) "
    "VALUES (?, ?, 'sheet', ?, ?, 'status', ?, ?, 'applied', ?, 'the sheet changed')",
)
DELIVERY = (
    "UPDATE sheet_health SET seq = ?, heard_at = ? WHERE sheet = ?",
    "INSERT INTO deliveries (id, sheet, seq, received_at, reply) VALUES (?, ?, ?, ?, ?)",
)
TALLY = (
    "INSERT INTO counters (sheet, name, label, value) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (sheet, name, label) DO UPDATE SET value = counters.value + excluded.value"
)


def rate(database: Database, home: Path, rows: int, deliveries: int) -> float:
    """Rows a second, with so many rows a delivery."""
    engine = fill.opened(database, home)
    fill.leads(engine, LEADS, SHEET)
    with closing(engine.raw_connection()) as connection:
        floor = _Floor(connection, engine.dialect.name)
        for statement in QUEUE:
            floor.write(statement, [(SHEET,)])
        connection.commit()
        leads = cycle(range(1, LEADS + 1))
        began = time.perf_counter()
        for seq in range(1, deliveries + 1):
            floor.deliver(seq, list(islice(leads, rows)))
        took = time.perf_counter() - began
    engine.dispose()
    return deliveries * rows / took


class _Floor:
    def __init__(self, connection: Any, dialect: str) -> None:
        self._connection, self._cursor = connection, connection.cursor()
        self._sqlite = dialect == "sqlite"

    def write(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        self._cursor.executemany(statement if self._sqlite else statement.replace("?", "%s"), rows)

    def deliver(self, seq: int, leads: Sequence[int]) -> None:
        """As `bridge.inbound.webhook` leaves the database behind after an edit of the status in each of these rows."""
        if self._sqlite:
            self._cursor.execute("BEGIN IMMEDIATE")
        word, status = ("CONTACTED", "IN_PROGRESS") if seq % 2 else ("NEW", "TODO")
        base, recall, shown = (
            json.dumps({"name": "Lead 100", "status": word}),
            json.dumps({status: word}),
            json.dumps(word),
        )
        delivery_id = f"msg_{seq:036}"
        outcome = {"row": 100, "id": "100", "outcome": "task_updated", "task_id": 100, "reasons": []}
        reply = json.dumps(
            {"delivery": delivery_id, "outcomes": [outcome] * len(leads), "settings": {"columns": ["id"] * 4}}
        )
        tasks, links, changes = ROWS
        queue, delivery = DELIVERY
        self.write(tasks, [(status, MOMENT, lead) for lead in leads])
        self.write(links, [(base, recall, seq, MOMENT, lead) for lead in leads])
        self.write(changes, [(MOMENT, f"delivery:{delivery_id}", lead, lead, shown, shown, MOMENT) for lead in leads])
        self.write(queue, [(seq, MOMENT, SHEET)])
        self.write(delivery, [(delivery_id, SHEET, seq, MOMENT, reply)])
        self.write(TALLY, [(SHEET, "deliveries", "taken", 1), (SHEET, "delivered_rows", "task_updated", len(leads))])
        self._connection.commit()
