"""One file a page: each registers its spec (dashboard/desks/<page>/page.py)."""
