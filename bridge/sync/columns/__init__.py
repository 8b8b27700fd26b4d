"""Which column is which field: `agreed` says which ones may be read and written, `survey` and `id_survey` look at all
rows when a column may be another one than before. `bridge.core.columns` decides.
"""
