"""``python -m tests.setup``: makes sure a browser is there for the tests of the page; run by ``make test``."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """The path of a Chromium: from $CHROMIUM, else found on the PATH."""
    return os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install Debian's chromium where that is possible; say what to do where it is not."""
    if browser():
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("installing chromium for the tests of the page")
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environ)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium"], check=True, env=environ, stdout=subprocess.DEVNULL
        )
    if not browser():
        sys.exit(
            "the tests need a Chromium: install one (Debian: sudo apt-get install chromium) or set CHROMIUM to its path"
        )


if __name__ == "__main__":
    main()
