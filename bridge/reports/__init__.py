"""Reports about the state for people and programs. They read the database and change nothing.

Read `action_items`, `task_state`, `sheet_status`, then the others.
"""
