"""``python -m bridge`` is the ``leadbridge`` command."""

from bridge.cli.main import main

main()
