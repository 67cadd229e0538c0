"""Parts of the page `department`."""
