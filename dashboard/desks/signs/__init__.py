"""Parts of the page `signs`."""
