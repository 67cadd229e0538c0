"""Answers kept in Redis, and how to reach it."""
