"""Parts of the page `sources`."""
