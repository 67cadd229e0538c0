"""Facts as sources send them: what all kinds share, and each kind that has rules of its own."""
