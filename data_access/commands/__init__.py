"""What the command line does with the store and the catalogue."""
