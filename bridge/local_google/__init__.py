"""A stand-in for Google on this machine: a spreadsheet, its REST API, its script, and Google's faults on demand.

The whole bridge runs and is tested against it, through real HTTP and the real Google clients, without an account. It
carries what the bridge reads and writes and what a person does in a sheet. It calculates no formula and keeps no
style. It refuses by name what it does not do, and never answers as if it had done it.
"""
