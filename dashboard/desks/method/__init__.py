"""Parts of the page `method`."""
