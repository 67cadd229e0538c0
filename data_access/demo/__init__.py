"""Accounts and sources of the demonstration, and how they go."""
