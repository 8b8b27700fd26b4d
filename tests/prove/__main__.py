"""``python -m tests.prove [--minutes N]``: run the proof for so long; stops at the first guarantee that does not hold."""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from bridge.config import logs
from tests.databases import databases
from tests.prove.machine import LARGE, Machine, machine

EXAMPLES, STEPS = 10, 60


def main() -> None:
    """Rounds of ten worlds, each round with a seed of its own, which is printed."""
    given = argparse.ArgumentParser(prog="make prove")
    given.add_argument("--minutes", type=float, default=15)
    given.add_argument("--seed", type=int, default=None)
    given.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked = given.parse_args()
    logs.start("text", "WARNING")
    for name in ("bridge", "procrastinate"):  # a bridge that dies is part of the play
        logging.getLogger(name).setLevel(logging.CRITICAL)
    began, rounds = time.monotonic(), 0
    with tempfile.TemporaryDirectory() as folder:
        made = databases(asked.database, Path(folder))
        while rounds == 0 or (time.monotonic() - began < asked.minutes * 60 and asked.seed is None):
            number = time.time_ns() % 2**32 if asked.seed is None else asked.seed
            run = machine(made, EXAMPLES, STEPS, LARGE)
            try:
                run_state_machine_as_test(seed(number)(run), settings=run.TestCase.settings)
            except Exception:
                print(f"\nround {rounds + 1} does not hold; again: python -m tests.prove --seed {number}", flush=True)
                raise
            rounds += 1
            minutes = (time.monotonic() - began) / 60
            print(
                f"holds: {rounds * EXAMPLES} worlds, {Machine.steps} steps, {minutes:.1f} min, seed {number}",
                flush=True,
            )
    print(f"every guarantee held in {rounds * EXAMPLES} worlds")


if __name__ == "__main__":
    sys.exit(main())
