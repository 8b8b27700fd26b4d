"""The bridge's HTTP API beside the tasks. Routes parse, call and answer; they decide nothing.

Read `changes`, `needs`, `status`, then the others.
"""
