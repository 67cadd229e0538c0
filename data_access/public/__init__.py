"""The publication store: what the public may see, in tables and behind a connection of its own."""
