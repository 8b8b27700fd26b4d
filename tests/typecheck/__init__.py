"""The type check of apps_script, against the types of Google's API."""
