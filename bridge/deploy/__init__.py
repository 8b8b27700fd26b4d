"""What a machine needs that runs the bridge for real: gunicorn's settings and the systemd unit."""
