"""What the tests of values do with a lead."""

from bridge.local_google.sheet.cells import NumberFormat

DATE = NumberFormat("DATE", "dd.mm.yyyy")


def refused(stack):
    return [(need["field"], need["why"]) for need in stack.get("/needs") if need["kind"] == "refused"]


def lead(stack):
    stack.edit("A2:C2", [1, "Ann", "NEW"])
    stack.sweep()


def both_channels(stack):
    """What was typed reaches the task by the script, if it is installed, and by a sweep."""
    stack.google.scripts.wait_idle(10)
    stack.sweep()
