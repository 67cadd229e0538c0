"""Parts of the page `sign`."""
