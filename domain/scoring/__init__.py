"""What scores are made by: the rules that a city writes down as data."""
