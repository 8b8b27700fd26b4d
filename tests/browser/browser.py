"""A real browser for the tests of the page; anything it complains of fails the test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.setup import browser

ARGUMENTS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """This machine's Chromium, headless."""
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium refuses a sandbox to root
    expect.set_options(timeout=60_000)  # shared machines are slow at times
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser(), args=[*ARGUMENTS, *sandbox])
        yield running
        running.close()


@contextmanager
def opened(running: Browser, address: str, *, forgiven: str = "", **look: Any) -> Iterator[Page]:
    """A page at an address; errors, warnings and violations of its content policy fail, but those that say ``forgiven``."""
    page = running.new_page(**({"viewport": {"width": 1360, "height": 800}} | look))
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    yield page
    page.close()
    assert [text for text in complaints if not forgiven or forgiven not in text] == []
