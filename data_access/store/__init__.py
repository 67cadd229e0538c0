"""The database: its file or server, its tables, its one writer."""
