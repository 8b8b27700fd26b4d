"""``make mutate``: every guarantee is seen to fail when its protection is removed. A copy of the project loses one
protection at a time; a check of the fast tier that guards it must fail, else this does. Words after it choose the
guarantees that hold one of them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.prove.mutations import MUTATIONS
from tests.prove.mutations.mutation import Mutation

ROOT = Path(__file__).parents[2]
NOT_COPIED = (".venv", ".git", "node_modules", "instance", "build", "__pycache__", ".*_cache", ".hypothesis")


def main() -> int:
    """Try every mutation, or the chosen ones, a few at a time; returns how many survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.mutate", description=__doc__)
    parser.add_argument("words", nargs="*", help="part of a guarantee")
    words = parser.parse_args().words
    chosen = [one for one in MUTATIONS if not words or any(word in one.guarantee for word in words)]
    with ThreadPoolExecutor(os.cpu_count()) as trying:
        unharmed = trying.submit(_outcome, None, sorted({one for mutation in chosen for one in mutation.guard.split()}))
        outcomes = [trying.submit(_outcome, mutation, mutation.guard.split()) for mutation in chosen]
        survived = 0
        for mutation, outcome in zip(chosen, outcomes, strict=True):
            caught = outcome.result() == pytest.ExitCode.TESTS_FAILED
            survived += not caught
            print(f"{'caught  ' if caught else 'SURVIVED'} {mutation.guarantee}", flush=True)
        if unharmed.result() != pytest.ExitCode.OK:
            sys.exit("the checks fail although nothing was removed, so what they say of the mutations means nothing")
    return survived


def _outcome(mutation: Mutation | None, guards: Sequence[str]) -> int:
    """How these checks of the fast tier end on a copy of the project with this mutation, if any."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
        if mutation:
            path = copy / mutation.path
            text = path.read_text(encoding="utf-8")
            assert text.count(mutation.old) == 1, f"{mutation.path} no longer has: {mutation.old}"
            path.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not full", "-p", "no:cacheprovider", *guards]
        return subprocess.run(command, cwd=copy, capture_output=True, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
