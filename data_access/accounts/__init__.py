"""People, screens and keys: who they are and what they did."""
