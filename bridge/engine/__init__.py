"""What runs the outbox: an embedded thread today, behind a port small enough for another engine."""
