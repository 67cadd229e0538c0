"""Tables to take away: CSV and XLSX of everything that a page lists."""
