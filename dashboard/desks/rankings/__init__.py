"""Parts of the page `rankings`."""
