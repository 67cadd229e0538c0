"""Parts of the page `street`."""
