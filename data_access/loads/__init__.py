"""Whole files taken in, or told again in their own time."""
