"""What the engine publishes, as the pages read it."""
