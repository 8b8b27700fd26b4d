"""The task API: an ordinary Flask API that has never heard of the bridge."""
