"""The public site: plain pages from the publication store, and nothing else in reach."""
