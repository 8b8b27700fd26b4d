"""Which row is which lead: `link_row` finds or makes a row's task, `new_rows` a task's row; of `duplicate_ids` one row
keeps the lead; `vanished_rows` end in an archived task. Deletes nothing.
"""
