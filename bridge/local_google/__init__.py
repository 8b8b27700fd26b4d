"""A stand-in for Google on this machine: a sheet, its REST face, its scripts and its troubles.

It exists so that the whole bridge can be run and tested through real HTTP and the real Google clients without an
account. It refuses to be a spreadsheet: no formula is calculated, nothing is styled, and what it does not know it
answers as Google answers an unknown field, never with a silent success.
"""
