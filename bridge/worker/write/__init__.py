"""What leaves for the sheet: `send` writes, verifies and settles rows of leads, `unlinked` rows without a lead; `parts`
halves what Google rejects as a whole. Decides nothing about values.
"""
