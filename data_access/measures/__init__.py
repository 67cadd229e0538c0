"""What units are ranked by: a file each, found by `data_access.rankings.registry`.

A file has a function `measures(catalogue)` that gives its measures for a city.
"""
