"""The bridge between a Google Sheet of leads and a task tracker: both ways, change by change."""
