"""Signals about tasks, sent inside the open transaction: an exception in a receiver fails the request.

``task_wanted(task id, session)`` is sent before a task is locked for a change. ``task_created(task, session, actor)``,
``task_changed(task, session, changes, actor)`` with ``changes`` as ``{field: (old, new)}``, and
``task_archived(task, session, actor)`` are sent after it. The sender is the task, or its id.
"""

from blinker import Namespace

_signals = Namespace()
task_wanted = _signals.signal("task-wanted")
task_created = _signals.signal("task-created")
task_changed = _signals.signal("task-changed")
task_archived = _signals.signal("task-archived")
