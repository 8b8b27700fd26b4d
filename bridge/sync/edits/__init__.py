"""What a person typed into a cell that then shows something else: `events` keeps it, `overwritten` decides about it
after a sweep. Gives no lead a word by its place alone.
"""
