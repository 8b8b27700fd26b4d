"""``python -m tests.benchmarks.page [TASKS]``: prints how long the page takes in a real browser, with 10,000 tasks.

Measures; judges nothing: times are for reading, not for tests.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import insert

from task_api.models import Task
from tests.browser import browser
from tests.databases import SqliteFiles
from tests.stack import Stack

FIRST = """() => { const at = performance.getEntriesByType('navigation')[0];
  return {answer: at.responseEnd, loaded: at.loadEventEnd,
          painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime}; }"""
SHOWN = """([words, wanted]) => new Promise((done) => {
  const search = document.querySelector('#filter [name=words]');
  const began = words === null ? 0 : performance.now();
  const total = () => [...document.querySelectorAll('.column .count')].reduce((sum, one) => sum + Number(one.textContent), 0);
  const look = () => (total() === wanted ? setTimeout(() => done(performance.now() - began)) : requestAnimationFrame(look));
  if (words !== null) {
    search.value = words;
    search.dispatchEvent(new Event('input', { bubbles: true }));
  }
  look();
})"""


def main(tasks: int) -> None:
    """Fill a product, open its page, search, filter, move a card."""
    with tempfile.TemporaryDirectory() as folder, browser.chromium() as chromium:
        (Path(folder) / "template").mkdir()
        with Stack(Path(folder), SqliteFiles(Path(folder) / "template"), engine=True) as stack:
            fill(stack, tasks)
            for attempt in ("cold", "warm"):
                with browser.opened(chromium, f"{stack.url}/#token={stack.token}") as page:
                    measured(page, attempt, tasks)


def fill(stack: Stack, tasks: int) -> None:
    """So many tasks without rows."""
    now = datetime.now(UTC)
    rows = [
        {"title": f"Follow up: Lead {n}", "status": ("TODO", "IN_PROGRESS", "DONE")[n % 3], "lead_id": str(n),
         "notes": "Auto-created from Sheets", "assignee": f"person {n % 7}", "version": 1, "created_at": now, "updated_at": now}
        for n in range(1, tasks + 1)
    ]  # fmt: skip
    with stack.runtime.writing() as session:
        session.execute(insert(Task), rows)
        session.commit()


def measured(page: Page, attempt: str, tasks: int) -> None:
    """One line for each thing a person waits for."""
    board = page.evaluate(SHOWN, [None, tasks])
    told = " ".join(f"{name}={value:.0f}ms" for name, value in page.evaluate(FIRST).items() if value)
    print(f"{attempt}: first page {told}; board of {tasks} tasks after {board:.0f} ms")
    few = sum("123" in str(number) for number in range(1, tasks + 1))
    for words, left in (("lead 123", few), ("", tasks)):
        print(f"  search {words!r}: {left} tasks after {page.evaluate(SHOWN, [words, left]):.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
