"""Parts of the page `index`."""
