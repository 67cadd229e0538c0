"""The page of what is no page."""
