"""The task API: an ordinary Flask API that knows nothing of the app around it."""
