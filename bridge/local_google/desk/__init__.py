"""What a browser on this machine asks: the grid, a person's gestures, the script's menu and pages, the switches.

Loopback only, without a token. Read `desk`, then `hand`.
"""
