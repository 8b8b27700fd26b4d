"""The book itself: cells, tabs as frozen grids, a snapshot of them all, and the live book on disk.

Pure but for `book` and `store`; knows neither HTTP nor people. Read `cells`, `grid`, `snapshot`, `book`.
"""
