"""What scores and rankings are made of."""
