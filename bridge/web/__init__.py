"""The page: templates, static files and the one route that serves them. Every lead and task comes from the API."""
