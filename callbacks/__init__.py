"""The answers to what a person asks on a page; same file names as in pages."""
