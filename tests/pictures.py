"""``make pictures``: the README's screenshots, taken of the running product in a real browser.

The story: a small team's sheet and board, one lead just qualified by a program, one conflict, one refused cell.
"""

import sys
import tempfile
from pathlib import Path

import requests
from playwright.sync_api import Page, expect

from tests.browser import browser
from tests.process.process import ROOT, Local
from tests.stack import eventually

FOLDER = ROOT / "bridge" / "web" / "pictures"
LEADS = [
    ["101", "Amara Okafor", "NEW"],
    ["102", "Jonas Lindqvist", "CONTACTED"],
    ["103", "Priya Raman", "QUALIFIED"],
    ["104", "Mateo Álvarez", "CONTACTED"],
    ["105", "Yuki Tanaka", "LOST"],
    ["106", "Hannah Weiss", "NEW"],
    ["107", "Omar Haddad", "NEW"],
]
LOOKS = {
    "page": {"viewport": {"width": 1360, "height": 860}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1360, "height": 860}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}


def main() -> int:
    """Play the story once and take one picture for each look."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Local(Path(folder)) as product, browser.chromium() as chromium:
        tell(product)
        for name, look in LOOKS.items():
            with browser.opened(chromium, f"{product.url}/#token={product.token}", **look) as page:
                settled(page)
                page.screenshot(path=str(FOLDER / f"{name}.png"))
                print(FOLDER / f"{name}.png")
    return 0


def tell(product: Local) -> None:
    """People type, a program patches, and something waits for a person."""
    edit(product, f"Leads!A2:C{len(LEADS) + 1}", LEADS)
    eventually(lambda: len(tasks(product)) == len(LEADS), seconds=30)
    eventually(lambda: not api(product, "GET", "/status").json()[0]["pending"], seconds=30)
    api(product, "PATCH", "/tasks/4", status="DONE", assignee="sam")
    api(product, "PATCH", "/tasks/1", status="IN_PROGRESS")
    edit(product, "Leads!C8", [["WON"]])
    eventually(lambda: api(product, "GET", "/needs").json(), seconds=30)


def settled(page: Page) -> None:
    """Everything is on the page."""
    expect(page.locator("#state")).to_have_class("fine", timeout=60_000)
    expect(page.locator(".card")).to_have_count(len(LEADS), timeout=60_000)
    expect(page.locator("#needs li").first).to_be_visible(timeout=60_000)


def edit(product: Local, where: str, values: list[list[str]]) -> None:
    requests.post(f"{product.url}/local/edit", json={"range": where, "values": values}, timeout=60).raise_for_status()


def tasks(product: Local) -> list[dict]:
    return api(product, "GET", "/tasks").json()


def api(product: Local, method: str, path: str, **fields: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {product.token}"}
    return requests.request(method, product.url + path, json=fields or None, headers=headers, timeout=60)


if __name__ == "__main__":
    sys.exit(main())
