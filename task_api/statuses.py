"""The statuses of a task, in the order of the work."""

from typing import Literal, get_args

Status = Literal["TODO", "IN_PROGRESS", "DONE"]
STATUSES: tuple[str, ...] = get_args(Status)
