"""Shapes of places."""
