"""Rows out of files as they come: CSV, JSON, XLSX."""
