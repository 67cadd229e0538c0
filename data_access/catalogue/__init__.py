"""Cities as data files, and their loader."""
