"""Everything that touches a store: tables, queries, cache, catalogue files. Never Dash or Flask."""
