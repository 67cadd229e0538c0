"""The pages that people work at, one room a page."""
