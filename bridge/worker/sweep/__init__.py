"""The whole sheet at once: `sweep` reads, `compare` finds what differs, `restore_ids` and `clear_misdirected` mend what
misdirected writes left behind.
"""
