"""A sender's own columns, as the mapping file of a source reads them."""
