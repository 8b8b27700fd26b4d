"""The page: templates, static files and the one route that serves them. Every lead and task comes from the API; the
page reads no table and decides nothing.

Read `page`, then `templates/page.html` and `static/main.js`.
"""
