"""Look twice, and let nothing be written while rows or columns are being moved: each write would go wrong, and so would
what puts it right. Knows nothing of what is to be written.
"""

from bridge.errors import Moving
from bridge.google.snapshot import SheetView
from bridge.worker.job import Job, look


def look_still(job: Job, rows: list[int] | None) -> SheetView:
    """`look`, and once more while something of ours may stand in a wrong cell: raises `Moving` unless header and ids
    stand where they stood.
    """
    view = look(job, rows)
    if job.moving and _standing(view) != _standing(look(job, rows)):
        raise Moving("rows or columns are being moved: what the sheet is owed waits until they stand still")
    return view


def _standing(view: SheetView) -> tuple[list[str], dict[int, str | None]]:
    return view.header, {number: view.row(number).lead_id for number in view.snapshot.numbers}
