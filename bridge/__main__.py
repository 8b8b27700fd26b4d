"""``python -m bridge`` is the ``leadbridge`` command."""

from bridge.cli import main

main()
