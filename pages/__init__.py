"""One file a page: registration and layout, no query."""
