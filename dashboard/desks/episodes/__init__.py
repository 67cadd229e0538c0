"""Parts of the page `episodes`."""
