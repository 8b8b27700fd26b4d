"""What people and programs ask about the state: read from the database, never changed here.

Read `action_items`, `task_state`, `sheet_status`, then the others.
"""
