"""Parts of the page `reports`."""
