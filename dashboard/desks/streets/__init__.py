"""The list and map of the streets, towns and areas."""
