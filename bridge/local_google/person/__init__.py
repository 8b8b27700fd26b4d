"""What a person does at the sheet, how it is taken back, and which events it tells the script.

Knows no HTTP. Read `person`, then `steps` and `history` for undo, `telling` for events.
"""
