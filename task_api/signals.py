"""Signals about tasks, sent inside the open transaction: an exception in a receiver fails the request.

``task_to_be_locked(task id, session)`` is sent before `task_api.tasks.locked` locks a task. The others follow a change:
``task_created(task, session, actor)``, ``task_changed(task, session, changes, actor)`` with ``changes`` as
``{field: (old, new)}``, and ``task_archived(task, session, actor)``. The sender is the task, or its id.
"""

from blinker import Namespace

_signals = Namespace()
task_to_be_locked = _signals.signal("task-to-be-locked")
task_created = _signals.signal("task-created")
task_changed = _signals.signal("task-changed")
task_archived = _signals.signal("task-archived")
