"""Parts of the page `screen`."""
